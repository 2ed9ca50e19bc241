import type { Client } from "../_shared/call.ts";
import { Refusal } from "../_shared/refusal.ts";
import { allowUrl, plainHost } from "./allow_url.ts";
import { isPublic } from "./public_addresses.ts";
import type { Tools } from "./tools.ts";

const MAX_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Follows an address to where the video is; every step has to be allowed like the first.
 * @throws {Refusal} `video_host_not_allowed`, `video_unreachable`
 */
export async function reach(
  start: URL,
  { service, tools, signal }: { service: Client; tools: Tools; signal: AbortSignal },
): Promise<URL> {
  let url = start;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const provider = await allowUrl(url, service);
    if (provider !== "http") throw new Refusal("video_host_not_allowed");
    await checkAddresses(url, tools, signal);
    const { status, headers } = await knock(url, tools, signal);
    if (status === 206) return url;
    const location = REDIRECTS.includes(status) ? headers.get("location") : null;
    if (!location || !URL.canParse(location, url)) break;
    url = new URL(location, url);
  }
  throw new Refusal("video_unreachable");
}

// Between this look and the connection the name may be pointed elsewhere, and `fetch` cannot be bound to an address.
// What is there then must still have a certificate for the name: nothing inside a network has.
async function checkAddresses(url: URL, tools: Tools, signal: AbortSignal): Promise<void> {
  const addresses = await tools.resolve(plainHost(url) ?? "", signal).catch(unreachable);
  if (!addresses.length) throw new Refusal("video_unreachable");
  if (!addresses.every(isPublic)) throw new Refusal("video_host_not_allowed");
}

// One byte says what there is.
async function knock(url: URL, { fetch }: Tools, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    headers: { range: "bytes=0-0", "accept-encoding": "identity" },
    redirect: "manual",
    signal,
  }).catch(unreachable);
  await response.body?.cancel();
  return response;
}

function unreachable(error: unknown): never {
  // What is between us and that host is not the caller's to know.
  console.error(error);
  throw new Refusal("video_unreachable");
}
