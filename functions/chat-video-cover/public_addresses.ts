import { ipaddr } from "./deps.ts";

/** Whether an IP address, as a name server gives it, is one of the public internet. */
export function isPublic(address: string): boolean {
  // Whatever wraps an IPv4 address (mapped, NAT64, 6to4, Teredo) has a range of its own, and is not unicast.
  // The library also reads spellings that no name server uses, and zones, which are for networks nearby.
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(address) ||
    /^[0-9a-f:.]+:[0-9a-f:.]*$/i.test(address);
  return isPlain && ipaddr.isValid(address) && ipaddr.parse(address).range() === "unicast";
}

/** The addresses of a host, of both families. Empty when it has none. */
export async function resolveAddresses(host: string, signal: AbortSignal): Promise<string[]> {
  const found = await Promise.all(
    (["A", "AAAA"] as const).map(async (type) => {
      try {
        // With the dot it is a whole name: the search list of the machine stays out of it.
        return await Deno.resolveDns(`${host}.`, type, { signal });
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    }),
  );
  return found.flat();
}
