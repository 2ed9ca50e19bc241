import type { Fetch } from "../_shared/call.ts";
import { readEnvironment } from "../_shared/environment.ts";
import { extractCover } from "./engine/extract_cover.ts";
import { openHttpSource } from "./engine/ranges.ts";
import { resolveAddresses } from "./public_addresses.ts";

/** The engine and the world outside of the project. Tests put others in their place. */
export interface Tools {
  readonly extractCover: typeof extractCover;
  readonly openHttpSource: typeof openHttpSource;
  readonly fetch: Fetch;
  /** The addresses of a host. */
  readonly resolve: (host: string, signal: AbortSignal) => Promise<string[]>;
  /** Where the project is, to its functions and to everybody else. */
  readonly project: { readonly url: string; readonly publicUrl: string };
}

const { url } = readEnvironment();
const publicUrl = (Deno.env.get("SUPABASE_PUBLIC_URL") || url).replace(/\/+$/, "");

export const TOOLS: Tools = {
  extractCover,
  openHttpSource,
  fetch: globalThis.fetch,
  resolve: resolveAddresses,
  // Self-hosted, functions reach the project by a name that nobody else can resolve.
  project: { url, publicUrl },
};
