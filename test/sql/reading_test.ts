// What people see by plain selects, and that nobody writes around the verbs.
import assert from "node:assert/strict";
import { owns, sends, uploads } from "../support/library.ts";
import { type Cast, scene } from "../support/people.ts";
import { refuses } from "./refuses.ts";

/**
 * Alice and Bob are friends and have talked, and she has sent him a picture; Carol asks Alice, Alice blocks Mallory,
 * Dora had a chat with Alice. Bob and Gus have uploaded something, and Dora before she was disabled.
 */
async function town(cast: Cast): Promise<void> {
  const { alice, bob, carol, mallory, dora, gus, server, world } = cast;
  await world.befriend(alice, bob);
  const chat = await world.direct(alice, bob);
  await alice.says(chat, "Hello");
  await sends(alice, chat, await owns(alice, server));
  for (const person of [bob, gus]) await uploads(person);
  await carol.asks(alice);
  await alice.call("block_user", { user_id: mallory });
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  await alice.says(await world.direct(alice, dora), "Hello, Dora");
  await bob.accepts(await dora.asks(bob));
  await uploads(dora);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  await carol.call("create_group", { name: "Team", user_ids: [alice.id] });
  await world.query("delete from realtime.messages where topic like '%' || $1", [gus.id]);
}

const SEEN = {
  "chat.profiles": { alice: 4, bob: 3, carol: 1, mallory: 1, gus: 1, dora: 0, ghost: 0 },
  "chat.friendships": { alice: 1, bob: 2, carol: 0, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.friends": { alice: 1, bob: 2, carol: 0, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.friend_requests": { alice: 1, bob: 0, carol: 0, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.blocks": { alice: 1, bob: 0, carol: 0, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.notices": { alice: 4, bob: 4, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.conversations": { alice: 2, bob: 2, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.members": { alice: 2, bob: 2, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.media": { alice: 1, bob: 1, carol: 0, mallory: 0, gus: 1, dora: 0, ghost: 0 },
  "chat.messages": { alice: 4, bob: 4, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.groups": { alice: 0, bob: 0, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
  "chat.group_requests": { alice: 1, bob: 0, carol: 1, mallory: 0, gus: 0, dora: 0, ghost: 0 },
};

/** Read through the verbs only. */
const HIDDEN = ["chat.changes", "chat.forwarded_messages"];

for (const [table, expected] of Object.entries(SEEN)) {
  scene(`of ${table} everybody sees what is theirs`, async (cast) => {
    await town(cast);
    const { alice, bob, carol, mallory, gus, dora, ghost, server, world } = cast;
    const seen: Record<string, number> = {};
    for (const person of [alice, bob, carol, mallory, gus, dora, ghost]) {
      seen[person.name] = await person.sees(table);
    }
    assert.deepEqual(seen, expected);
    if (table === "chat.friends") return await refuses(server.sees(table), "42501").then(() => {});
    const all = await world.value<number>(`select count(*)::int from ${table}`);
    assert.equal(await server.sees(table), all);
  });
}

scene("every table is in the list above", async ({ world }) => {
  const tables = await world.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name
     from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname = 'chat' and c.relkind in ('r', 'v', 'm', 'p', 'f') order by 1`,
  );
  assert.deepEqual(tables.map(({ name }) => name), [...Object.keys(SEEN), ...HIDDEN].toSorted());
});

scene("nobody but the server looks behind the door", async (cast) => {
  const { alice, gus, anon, server } = cast;
  const room = [
    "settings",
    "inboxes",
    "guest_rights",
    "orphaned_files",
    "upload_days",
    "video_hosts",
  ];
  for (const table of [...HIDDEN, ...room.map((name) => `chat_private.${name}`)]) {
    for (const caller of [alice, gus, anon]) await refuses(caller.sees(table), "42501");
  }
  assert.equal(await server.sees("chat_private.settings"), 1);
  for (const name of ["inboxes", "orphaned_files", "upload_days"]) {
    await refuses(server.sees(`chat_private.${name}`), "42501");
  }
});

scene("whoever asks is not shown the request, because they might be ignored", async (cast) => {
  const { alice, bob } = cast;
  await alice.asks(bob);
  assert.equal(await alice.sees("chat.friend_requests"), 0);
});

scene("whoever has been let go of is not seen any more", async ({ alice, bob }) => {
  await alice.asks(bob);
  assert.equal(await bob.sees("chat.profiles"), 2);
  const [request] = await bob.call("list_friend_requests");
  await bob.call("answer_friend_request", { request_id: request?.id, answer: "refuse" });
  assert.equal(await bob.sees("chat.profiles"), 1);
});

const TABLES = [
  ...Object.keys(SEEN).filter((name) => name !== "chat.friends"),
  ...HIDDEN,
  "chat_private.settings",
  "chat_private.inboxes",
  "chat_private.orphaned_files",
  "chat_private.upload_days",
];

/** What operators may change without a verb: the dashboard does it with the service key. */
const isForOperators = (table: string, column: string) =>
  `${table}.${column}` === "chat.profiles.status" || table === "chat_private.settings";

scene("nobody writes around the verbs", async (cast) => {
  const { alice, gus, anon, server, world } = cast;
  await town(cast);
  const before = await world.snapshot();
  for (const table of TABLES) {
    const columns = await world.query<{ name: string }>(
      `select quote_ident(attname) as name from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and attgenerated = ''`,
      [table],
    );
    for (const caller of [alice, gus, anon, server]) {
      for (const { name } of columns) {
        if (caller === server && isForOperators(table, name)) continue;
        await refuses(caller.rows(`update ${table} set ${name} = null`), "42501");
      }
      await refuses(caller.rows(`insert into ${table} default values`), "42501");
      await refuses(caller.rows(`delete from ${table}`), "42501");
      await refuses(caller.rows(`truncate ${table} cascade`), "42501");
    }
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("nobody builds anything in our schemas", async ({ alice, anon, server }) => {
  for (const caller of [alice, anon, server]) {
    for (const schema of ["chat", "chat_private"]) {
      await refuses(caller.rows(`create table ${schema}.mine (id int)`), "42501");
    }
  }
});

scene("strangers are not let in at all", async ({ anon }) => {
  for (const table of Object.keys(SEEN)) await refuses(anon.sees(table), "42501");
});
