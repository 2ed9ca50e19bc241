// Doing things at once, and looking at what is stored afterwards.
import assert from "node:assert/strict";
import type { Cast, Person } from "../support/api.ts";
import { Refused } from "./calling.ts";

/** What a person may be told who comes too late. */
export const FINE = new Set([
  "done",
  "friend_request_not_found",
  "friend_not_found",
  "profile_not_found",
  "already_friends",
  "friend_request_pending",
  "friend_request_too_soon",
  "person_is_blocked",
  "not_signed_in",
]);

/** Does all of it at the same time; for each whether it was done, or the word it was refused with. */
export async function atOnce(acts: (() => Promise<unknown>)[]): Promise<string[]> {
  return await Promise.all(acts.map((act) =>
    act().then(() => "done", (error) => {
      assert.ok(error instanceof Refused && error.status < 500, `${error}`);
      return error.code;
    })
  ));
}

/** As if the two had never met. */
export async function startOver(cast: Cast, one: Person, other: Person): Promise<void> {
  const both = [[one.id, other.id]];
  await cast.sql(
    "delete from chat.friend_requests where from_id = any ($1) or to_id = any ($1)",
    both,
  );
  await cast.sql("delete from chat.friendships where user_id = any ($1)", both);
  await cast.sql("delete from chat.blocks where blocker_id = any ($1)", both);
  await cast.sql("delete from chat.notices where user_id = any ($1)", both);
  await cast.sql("delete from chat.conversations where low_id = any ($1)", both);
}

/** What there is between two people, having made sure that it is one thing. */
export async function relation(cast: Cast, one: Person, other: Person): Promise<string> {
  const [found] = await cast.sql<Record<"friendships" | "blocks" | "open", number>>(
    `select
       (select count(*)::int from chat.friendships as f
        where array[f.user_id, f.friend_id] <@ $1::uuid[]) as friendships,
       (select count(*)::int from chat.blocks as b
        where array[b.blocker_id, b.blocked_id] <@ $1::uuid[]) as blocks,
       (select count(*)::int from chat.friend_requests as r
        where array[r.from_id, r.to_id] <@ $1::uuid[] and r.status = 'pending') as open`,
    [[one.id, other.id]],
  );
  assert.ok(found);
  const { friendships, blocks, open } = found;
  assert.ok(friendships === 0 || friendships === 2, `${friendships} halves of a friendship`);
  assert.ok(open <= 1, `${open} open requests`);
  const things = [
    friendships && "friends",
    blocks && `${blocks} blocks`,
    open && "asked",
  ].filter(Boolean);
  assert.ok(things.length <= 1, `both ${things.join(" and ")}`);
  return String(things[0] ?? "nothing");
}

/** Both were told the same, and each friendship and its end once. */
export async function assertTold(cast: Cast, one: Person, other: Person): Promise<void> {
  const told = await noticesOf(cast, one, other);
  assert.deepEqual(await noticesOf(cast, other, one), told);
  const count = (type: string) => told.filter((notice) => notice === type).length;
  const isFriends = await relation(cast, one, other) === "friends";
  assert.equal(count("friend_added") - count("friend_removed"), isFriends ? 1 : 0, told.join());
  const messages = await systemMessages(cast, one, other);
  assert.equal(messages.length, count("friend_added"));
}

/** What a person was told, about somebody or at all. */
export async function noticesOf(cast: Cast, person: Person, about?: Person): Promise<string[]> {
  const rows = await cast.sql<{ type: string }>(
    `select type from chat.notices
     where user_id = $1 and ($2::uuid is null or $2 in (actor_id, subject_id))
     order by seq`,
    [person.id, about?.id ?? null],
  );
  return rows.map(({ type }) => type);
}

export async function systemMessages(cast: Cast, one: Person, other: Person): Promise<string[]> {
  const rows = await cast.sql<{ action: string }>(
    `select m.body ->> 'action' as action
     from chat.messages as m join chat.conversations as c on c.id = m.conversation_id
     where m.kind = 'system' and array[c.low_id, c.high_id] <@ $1::uuid[]`,
    [[one.id, other.id]],
  );
  return rows.map(({ action }) => action);
}
