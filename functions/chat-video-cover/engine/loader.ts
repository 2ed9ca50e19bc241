import { createRequire } from "node:module";

/** Both are of `@ffmpeg/core` 0.12.10, `dist/umd`; nothing else is ever run. */
export const ENGINE_FILES = {
  "ffmpeg-core.js": "b266ab5b952555881dd6310663986994a182acb2b7ff25cf10a25f7a37ac2b21",
  "ffmpeg-core.wasm": "9f57947a5bd530d8f00c5b3f2cb2a3492faa7e5d823315342d6a8656d0a6b7b7",
} as const;

export type EngineFile = keyof typeof ENGINE_FILES;

/** Brings a file of the decoder that is not on disk; asked once per process, and again after a failure. */
export type FetchEngine = (file: EngineFile) => Promise<Uint8Array>;

/** The decoder, ready to be started. */
export type Engine = { readonly glue: string; readonly module: WebAssembly.Module };

/** The function is not installed completely: nothing that a caller could mend. */
export class EngineMissing extends Error {}

/**
 * Loads the decoder. It is not imported: a bundle takes all files of a package, and those of this one have
 * 64 MB, three times what a hosted function may have.
 * @throws {EngineMissing}
 */
export async function loadEngine(fetchEngine?: FetchEngine): Promise<Engine> {
  const glue = await find("ffmpeg-core.js", fetchEngine);
  const wasm = await find("ffmpeg-core.wasm", fetchEngine);
  const module = await WebAssembly.compile(wasm);
  wasm.buffer.transfer(0); // the module has a copy, and a garbage collector takes its time with 32 MB
  return { glue: new TextDecoder().decode(glue), module };
}

async function find(
  file: EngineFile,
  fetchEngine?: FetchEngine,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const path of [besideFunction(file), inPackage(file)]) {
    const bytes = path && await Deno.readFile(path).catch(() => null);
    if (bytes && await isGenuine(file, bytes)) return bytes;
  }
  const fetched = await fetchEngine?.(file).catch((cause) => {
    throw new EngineMissing(`${file} of the decoder cannot be fetched: ${cause}`, { cause });
  });
  const bytes = new Uint8Array(fetched ?? []);
  if (await isGenuine(file, bytes)) return bytes;
  throw new EngineMissing(
    `${file} of the decoder is missing or another one: its SHA-256 has to be ${
      ENGINE_FILES[file]
    }.`,
  );
}

function besideFunction(file: EngineFile): URL {
  return new URL(`../${file}`, import.meta.url);
}

/** Where the package is installed, as in the local stack. */
function inPackage(file: EngineFile): string | null {
  try {
    return createRequire(import.meta.url).resolve("@ffmpeg/core").replace(/[^\\/]+$/, file);
  } catch {
    return null;
  }
}

async function isGenuine(file: EngineFile, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === ENGINE_FILES[file];
}
