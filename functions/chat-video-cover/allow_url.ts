import type { Client } from "../_shared/call.ts";
import { Refusal } from "../_shared/refusal.ts";
import { unwrap } from "../_shared/unwrap.ts";

export type Provider = "http" | "oss";

/**
 * Lets an address pass if it is a plain one, of a host that the operator has listed by this very name.
 * @throws {Refusal} `video_host_not_allowed`
 */
export async function allowUrl(url: URL, service: Client): Promise<Provider> {
  const host = plainHost(url);
  const provider = host === null ? null : unwrap(await service.rpc("find_video_host", { host }));
  if (provider !== "http" && provider !== "oss") throw new Refusal("video_host_not_allowed");
  return provider;
}

/** The name in an address that is https, without a port and a password; null for any other address. */
export function plainHost({ protocol, username, password, port, hostname }: URL): string | null {
  // By now `URL` has brought case, punycode and every way to write an IPv4 address into one form.
  const host = hostname.replace(/\.$/, "");
  const isPlain = protocol === "https:" && !username && !password && !port;
  const isName = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host) && !/^[\d.]+$/.test(host);
  return isPlain && isName ? host : null;
}
