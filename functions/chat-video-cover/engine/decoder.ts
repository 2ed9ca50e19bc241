import { Buffer } from "node:buffer";
import type { Engine } from "./loader.ts";
import { CoverRefusal, tooLarge, tooSlow } from "./refusal.ts";
import { createTurns } from "./turns.ts";

/** What we use of the glue that comes with the decoder. */
interface Core {
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
    readFile(path: string): Uint8Array<ArrayBuffer>;
  };
  exec(...args: string[]): number;
  setLogger(log: (line: { message: string }) => void): void;
}

type Import = (...args: unknown[]) => unknown;
type Imports = { readonly a: Record<string, Import> };
type StartCore = (options: {
  instantiateWasm(imports: Imports, done: (instance: WebAssembly.Instance) => void): object;
}) => Promise<Core>;

export interface Decoder {
  /** Runs ffmpeg on `/film`, fetched when it is its turn; the answer is `/picture`, or null when it made none. */
  run(film: () => Promise<Uint8Array>, args: string[], deadline: number): Promise<Run>;
}

export type Run = { readonly picture: Uint8Array<ArrayBuffer> | null; readonly log: string[] };

/** Bytes that the decoder may take: what 4K needs, and what a function of 256 MB has left. */
const MOST_MEMORY = 160 * 1024 * 1024;
const PAGE = 64 * 1024;
const NOTHING = Buffer.alloc(PAGE);
/** More than the requests that are let in. */
const MOST_WAITING = 100;
const MOST_LINES = 4_000;

// The build's own names, as `dist/umd/ffmpeg-core.js` uses them; the hash in loader.ts pins them.
const MEMORY = "ra";
const STACK_SAVE = "Da";
const STACK_RESTORE = "Ea";

/**
 * One instance that starts anew for every film: ffmpeg's exit leaves it in the middle of everything, and a
 * new instance each time would pile up memories until the garbage collector comes.
 */
export function createDecoder({ glue, module }: Engine): Decoder {
  const startCore = evaluate(glue);
  const inTurn = createTurns(1, MOST_WAITING);
  let machine: Machine | undefined;

  async function run(film: Uint8Array, args: string[], deadline: number): Promise<Run> {
    const core = await startCore({
      instantiateWasm(imports, done) {
        machine ??= createMachine(module, imports);
        machine.reset(imports, deadline);
        done(machine.instance);
        return {};
      },
    });
    const log: string[] = [];
    core.setLogger(({ message }) => {
      if (log.length < MOST_LINES) log.push(message.slice(0, 300));
    });
    try {
      core.FS.writeFile("/film", film, { canOwn: true });
      const picture = execute(core, args);
      if (!picture && machine?.ranOut()) {
        throw tooLarge("Decoding the film takes too much memory.");
      }
      return { picture, log };
    } finally {
      machine?.forget();
    }
  }

  return { run: (film, args, deadline) => inTurn(async () => run(await film(), args, deadline)) };
}

function execute(core: Core, args: string[]): Uint8Array<ArrayBuffer> | null {
  try {
    core.exec(...args);
  } catch (error) {
    if (error instanceof CoverRefusal) throw error;
    return null; // its way to exit with an error, or a crash: there is nothing to save
  }
  try {
    const picture = core.FS.readFile("/picture");
    return picture.length ? picture : null;
  } catch {
    return null;
  }
}

/** Runs the glue as a function, so that it finds no network: it would offer sockets to ffmpeg. */
function evaluate(glue: string): StartCore {
  const hidden = ["self", "fetch", "WebSocket", "XMLHttpRequest", "Deno", "process"];
  const start = new Function(...hidden, `${glue}\nreturn createFFmpegCore;`);
  return start({ location: { href: "" } });
}

interface Machine {
  readonly instance: WebAssembly.Instance;
  /** Puts everything as it was when the machine was new. */
  reset(imports: Imports, deadline: number): void;
  /** Whether more memory was asked for than there is. */
  ranOut(): boolean;
  /** Lets go of the last film. */
  forget(): void;
}

function createMachine(module: WebAssembly.Module, { a: names }: Imports): Machine {
  let current: Imports["a"] = {};
  let deadline = 0;
  // ffmpeg asks for the time, its files or memory all the while: the only moments to stop it.
  const trampoline = (name: string): Import => (...args) => {
    if (performance.now() > deadline) throw tooSlow();
    return current[name]?.(...args);
  };
  const a = Object.fromEntries(Object.keys(names).map((name) => [name, trampoline(name)]));
  const instance = new WebAssembly.Instance(module, { a });
  const memory = exported(instance, MEMORY, WebAssembly.Memory);
  const bound = boundMemory(memory);
  const image = new Uint8Array(memory.buffer).slice(0, usedBytes(memory));
  const restoreStack = exported(instance, STACK_RESTORE, Function);
  const stack = exported(instance, STACK_SAVE, Function)();

  return {
    instance,
    reset(imports, until) {
      current = imports.a;
      deadline = until;
      bound.ranOut = false;
      new Uint8Array(memory.buffer).set(image);
      clear(memory, image.length);
      restoreStack(stack);
    },
    ranOut: () => bound.ranOut,
    forget: () => current = {},
  };
}

// The glue takes an error for "no" and goes on, so what was refused has to be remembered.
function boundMemory(memory: WebAssembly.Memory): { ranOut: boolean } {
  const bound = { ranOut: false };
  const grow = memory.grow.bind(memory);
  memory.grow = (pages) => {
    bound.ranOut ||= memory.buffer.byteLength + pages * PAGE > MOST_MEMORY;
    if (bound.ranOut) throw new RangeError("out of memory");
    return grow(pages);
  };
  return bound;
}

/** Writes only where something is: what was never written to takes no memory of the machine. */
function clear({ buffer }: WebAssembly.Memory, from: number): void {
  for (let at = from; at < buffer.byteLength; at += NOTHING.length) {
    const part = Buffer.from(buffer, at, Math.min(NOTHING.length, buffer.byteLength - at));
    if (part.compare(NOTHING, 0, part.length) !== 0) part.fill(0);
  }
}

/** Where the part of a new memory ends that is not zero. */
function usedBytes({ buffer }: WebAssembly.Memory): number {
  return 4 * (new Int32Array(buffer).findLastIndex((word) => word !== 0) + 1);
}

function exported<Kind>(
  { exports }: WebAssembly.Instance,
  name: string,
  kind: new (...args: never[]) => Kind,
): Kind {
  const value = exports[name];
  if (value instanceof kind) return value;
  throw new Error(`The decoder has no ${name}.`);
}
