// Time that passes only when a test says so, and then at once.

type Due = { at: number; order: number; run: () => void };

/** How often promises are given a turn between two timers: chains of them are short. */
const TURNS = 24;

export class VirtualTime {
  now = 1_800_000_000_000;
  #order = 0;
  /** A heap: each one is due before the two that stand below it. */
  readonly #due: Due[] = [];

  after(milliseconds: number, run: () => void): () => void {
    const due = { at: this.now + Math.max(0, milliseconds), order: this.#order++, run };
    this.#push(due);
    return () => due.run = () => {};
  }

  /** Lets time pass, and everything happen that is due in it. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    await turns();
    for (let next = this.#due[0]; next && next.at <= end; next = this.#due[0]) {
      this.#pop();
      this.now = Math.max(this.now, next.at);
      next.run();
      await turns();
    }
    this.now = end;
  }

  #push(due: Due): void {
    const heap = this.#due;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = due;
  }

  #pop(): void {
    const heap = this.#due;
    const last = heap.pop()!;
    if (!heap.length) return;
    let i = 0;
    while (true) {
      let child = 2 * i + 1;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (child >= heap.length || !isBefore(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < TURNS; i++) await null;
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || a.at === b.at && a.order < b.order;
}
