import { Buffer } from "node:buffer";
import type { VideoCoverRequest } from "../_shared/contract.ts";

/** What a picture is made of, in 64 hexadecimal digits: the same video and the same wishes come to the same. */
export async function recipeOf(identity: string, wanted: VideoCoverRequest): Promise<string> {
  const { time, mode, width, height, format, quality = null } = wanted;
  const text = JSON.stringify([identity, time, mode, width, height, format, quality]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(hash).toString("hex");
}
