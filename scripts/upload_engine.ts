// Puts the decoder of chat-video-cover into the project's Storage, where the function finds it. Once per version of
// it; again does nothing.
//
// SUPABASE_URL=https://<project>.supabase.co SUPABASE_SECRET_KEY=sb_secret_… npx deno run -A scripts/upload_engine.ts
import { createHash } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { ENGINE_FILES, type EngineFile } from "../functions/chat-video-cover/engine/loader.ts";
import { ENGINE_BUCKET, enginePath } from "../functions/chat-video-cover/fetch_engine.ts";
import { ROOT } from "./schema.ts";

const PACKAGE = `${ROOT}node_modules/@ffmpeg/core/dist/umd/`;
const TYPES: Record<EngineFile, string> = {
  "ffmpeg-core.js": "text/javascript",
  "ffmpeg-core.wasm": "application/wasm",
};

/** Answers what was uploaded. @throws when the installed package is another version, or Storage refuses */
export async function uploadEngine(
  { storage }: Pick<SupabaseClient, "storage">,
): Promise<string[]> {
  const { error } = await storage.createBucket(ENGINE_BUCKET, { public: false });
  if (error && !isDuplicate(error)) throw error;
  const uploaded: string[] = [];
  for (const [file, type] of Object.entries(TYPES) as [EngineFile, string][]) {
    const bytes = await Deno.readFile(PACKAGE + file);
    if (createHash("sha256").update(bytes).digest("hex") !== ENGINE_FILES[file]) {
      throw new Error(`${PACKAGE}${file} is of another version: run npm ci.`);
    }
    const files = storage.from(ENGINE_BUCKET);
    const { error } = await files.upload(enginePath(file), bytes, { contentType: type });
    if (error && !isDuplicate(error)) throw error;
    if (!error) uploaded.push(`${ENGINE_BUCKET}/${enginePath(file)}`);
  }
  return uploaded;
}

function isDuplicate(error: Error): boolean {
  return "statusCode" in error && error.statusCode === "409";
}

if (import.meta.main) {
  const url = Deno.env.get("SUPABASE_URL");
  const key = Deno.env.get("SUPABASE_SECRET_KEY");
  if (!url || !key) {
    console.error("Set SUPABASE_URL and SUPABASE_SECRET_KEY.");
    Deno.exit(1);
  }
  const uploaded = await uploadEngine(createClient(url, key));
  console.log(uploaded.length ? `Uploaded ${uploaded.join(", ")}` : "It is there already.");
}
