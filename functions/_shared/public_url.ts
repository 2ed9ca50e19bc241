/**
 * The address under which apps reach what Storage calls by the project's inner address. They are the same on hosted
 * Supabase; a self-hosted project tells its functions an inner one as SUPABASE_URL, and the outer one by this name.
 */
export function publicUrl(url: string): string {
  const base = Deno.env.get("SUPABASE_PUBLIC_URL");
  if (!base) return url;
  const { pathname, search } = new URL(url);
  return base.replace(/\/+$/, "") + pathname + search;
}
