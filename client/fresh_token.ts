import { asChatError, ChatError } from "./errors.ts";
import type { Transport } from "./transport.ts";

/** A call that is refused because its token is too old gets a new token and is tried once more. */
export function withFreshToken(transport: Transport): Transport {
  let refreshing: Promise<void> | null = null;

  async function tryTwice<Value>(act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (reason) {
      const error = asChatError(reason);
      if (error.status !== 401 || error.code === "not_signed_in") throw error;
      refreshing ??= transport.refreshToken().finally(() => refreshing = null);
      await refreshing;
      return await act();
    }
  }

  return {
    ...transport,
    call: (verb, args) => tryTwice(() => transport.call(verb, args)),
    listFriends: () => tryTwice(() => transport.listFriends()),
  };
}

/** There is nobody signed in to do this. */
export function notSignedIn(cause?: unknown): ChatError {
  return new ChatError("not_signed_in", 401, "Sign in first.", { cause });
}
