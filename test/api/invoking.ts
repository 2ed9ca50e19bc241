// Calling Edge Functions, and the two ways to take a message back.
import assert from "node:assert/strict";
import { FunctionsHttpError } from "@supabase/supabase-js";
import { Envelope } from "../../functions/_shared/contract.ts";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import type { Cast, HttpAnswer, Person } from "../support/api.ts";
import { type Client, Refused } from "./calling.ts";

/** Calls a function as apps do. @throws {Refused} */
export async function invoke(
  supabase: Client,
  name: string,
  body: Record<string, unknown>,
): Promise<unknown> {
  const { data, error } = await supabase.functions.invoke(name, { body });
  if (!error) return data;
  assert.ok(error instanceof FunctionsHttpError, `${error}`);
  const response: Response = error.context;
  const { code, message } = await response.json();
  throw new Refused(code, response.status, message);
}

/** Calls a function as any program can. */
export function request(
  cast: Cast,
  path: string,
  { token, ...init }: RequestInit & { token?: string } = {},
): Promise<HttpAnswer> {
  return cast.http(`/functions/v1/${path}`, {
    method: "POST",
    ...init,
    headers: {
      apikey: PUBLISHABLE_KEY,
      "content-type": "application/json",
      ...token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...init.headers,
    },
  });
}

/** A message is taken back by the verb, or by the function that deletes its files too. */
export const WAYS = {
  "chat.revoke_message": (person: Person, id: string): Promise<Envelope> =>
    person.verb("revoke_message", { message_id: id }),
  "chat-revoke": async (person: Person, id: string): Promise<Envelope> =>
    Envelope.parse(await invoke(person.supabase, "chat-revoke", { id })),
};

/** As if a message had been sent earlier. */
export async function backdate(cast: Cast, { id }: { id: string }, by: string): Promise<void> {
  await cast.sql(
    "update chat.messages set created_at = created_at - $2::interval where id = $1",
    [id, by],
  );
}

/** What is stored of a message. */
export async function stored(cast: Cast, { id }: { id: string }) {
  const [row] = await cast.sql<{ isRevoked: boolean; body: unknown; mentions: unknown }>(
    `select revoked_at is not null as "isRevoked", body, mentions from chat.messages where id = $1`,
    [id],
  );
  assert.ok(row);
  return row;
}

/** How many changes there were in a conversation. */
export async function changesIn(cast: Cast, conversation_id: string): Promise<number> {
  const [row] = await cast.sql<{ count: number }>(
    "select count(*)::int from chat.changes where conversation_id = $1",
    [conversation_id],
  );
  return row?.count ?? 0;
}
