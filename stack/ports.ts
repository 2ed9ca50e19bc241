/** A port on loopback that nobody uses at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Refuses, by number and name, a port that somebody else has. */
export function assertFree(port: number, purpose: string): void {
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    throw new Error(`Port ${port} is taken by another program; ${purpose} needs it.`);
  }
}
