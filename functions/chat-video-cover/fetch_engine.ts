import type { Client } from "../_shared/call.ts";
import { ENGINE_FILES, type EngineFile } from "./engine/loader.ts";

export const ENGINE_BUCKET = "chat-engine";

/** Where a file of the decoder is in Storage: another version of it goes by another name. */
export function enginePath(file: EngineFile): string {
  return file.replace(".", `-${ENGINE_FILES[file]}.`);
}

/** A file of the decoder from the project's own Storage, for where it cannot lie beside the function. */
export async function fetchEngine(file: EngineFile, service: Client): Promise<Uint8Array> {
  const path = enginePath(file);
  const { data, error } = await service.storage.from(ENGINE_BUCKET).download(path);
  if (error) {
    throw new Error(
      `The decoder is not at ${ENGINE_BUCKET}/${path}: run scripts/upload_engine.ts (docs/video-cover.md).`,
      { cause: error },
    );
  }
  return new Uint8Array(await data.arrayBuffer());
}
