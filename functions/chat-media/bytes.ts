import { Refusal } from "../_shared/refusal.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/** Walks through bytes that nobody vouches for. @throws {Refusal} `file_unreadable` for any step beyond the end */
export class Reader {
  readonly #bytes: Bytes;
  readonly #view: DataView;
  /** The next byte to read. */
  position: number;

  constructor(bytes: Bytes, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  get left(): number {
    return this.#bytes.length - this.position;
  }

  take(length: number): Bytes {
    const start = this.#step(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    return latin1(this.take(length));
  }

  u8(): number {
    return this.#view.getUint8(this.#step(1));
  }

  u16(littleEndian = false): number {
    return this.#view.getUint16(this.#step(2), littleEndian);
  }

  u32(littleEndian = false): number {
    return this.#view.getUint32(this.#step(4), littleEndian);
  }

  u64(): number {
    return Number(this.#view.getBigUint64(this.#step(8)));
  }

  #step(length: number): number {
    if (length > this.left) throw new Refusal("file_unreadable");
    const start = this.position;
    this.position += length;
    return start;
  }
}

/** Parts that one file may consist of. Honest ones have hundreds; millions of empty ones would fill the memory. */
const MOST_PARTS = 50_000;

export function assertFew(parts: number): void {
  if (parts > MOST_PARTS) throw new Refusal("file_unreadable");
}

export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

export function ascii(text: string): Bytes {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export function u16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value);
}

export function u32(value: number, littleEndian = false): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  // A call for each of twenty million bytes takes a second, this a fiftieth of it.
  for (let i = 0; i < one.length; i += 1) if (one[i] !== other[i]) return false;
  return true;
}
