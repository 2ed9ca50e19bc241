/** Which project the page talks to. Both values are public. */
export type Config = { readonly url: string; readonly key: string };

declare global {
  /** Set by config.js, which stands beside the page. */
  var supabaseChat: Partial<Config> | undefined;
}

/**
 * What config.js names; only where it names nothing, the query (`?url=…&key=…`). A link must never be able to send
 * the passwords of a finished page to somebody else's project.
 */
export function readConfig(): Config | null {
  const query = new URLSearchParams(location.search);
  const given = globalThis.supabaseChat;
  const url = given?.url ?? query.get("url") ?? "";
  const key = (given?.url ? given.key : query.get("key")) ?? "";
  return URL.canParse(url) && key ? { url, key } : null;
}
