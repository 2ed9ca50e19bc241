// Uploads, checks, messages and deletions at the same moment, each in a session of its own.
import assert from "node:assert/strict";
import pg from "pg";
import { connect } from "../../support/database.ts";
import {
  Actor,
  type Crowd,
  crowd,
  gather,
  outcomes,
  untilWaiting,
} from "../../support/sessions.ts";
import { port } from "../session.ts";

type Town = Crowd & {
  owner: Actor;
  other: Actor;
  group: string;
  storage: () => Promise<pg.Client>;
};

/** Two people in a group, and as many connections of Storage as are asked for. */
function town(name: string, play: (town: Town) => Promise<void>): void {
  crowd(name, 2, async (all) => {
    await using sessions = new AsyncDisposableStack();
    sessions.defer(() => clearAway());
    const [owner, other] = all.people;
    assert.ok(owner && other);
    const [group] = await gather(all.people);
    const storage = async () => {
      const session = await connect("supabase_admin", port);
      sessions.defer(() => session.end());
      await session.query(`set role service_role; set lock_timeout = '20s';
        set storage.allow_delete_query = 'true'`);
      return session;
    };
    await play({ ...all, owner, other, group, storage });
  });
}

async function clearAway(): Promise<void> {
  const eye = await connect("supabase_admin", port);
  await eye.query(`set session_replication_role = replica;
    delete from storage.objects where bucket_id like 'chat-%';
    delete from chat_private.upload_days; delete from chat_private.orphaned_files`);
  await eye.end();
}

let count = 0;
const freshName = ({ id }: Actor) => `${id}/20261122/1_${String(++count).padStart(12, "0")}.png`;

/** Storage writes a file down: over what is there. */
const store = (session: pg.Client, name: string, { id }: Actor, version = "1") =>
  session.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata, version)
     values ('chat-images', $1, $2, '{"size": 10, "mimetype": "image/png"}', $3)
     on conflict (bucket_id, name) do update set version = excluded.version`,
    [name, id, version],
  );

const settle = (session: pg.Client, name: string, version = "1") =>
  session.query("select chat.settle_upload('chat-images', $1, $2, '{}')", [name, version]);

const claim = async (session: pg.Client): Promise<string[]> => {
  const { rows: [row] } = await session.query("select chat.claim_orphaned_files() as files");
  return row.files.map(({ name }: { name: string }) => name);
};

/** A file that may be sent. */
async function owns({ storage, query }: Town, owner: Actor) {
  const session = await storage();
  const name = freshName(owner);
  await store(session, name, owner);
  await settle(session, name);
  const { rows: [row] } = await query("select id from chat.media where name = $1", [name]);
  return { session, name, media_id: String(row.id) };
}

const send = (person: Actor, conversation_id: string, media_id: string) =>
  person.call("send_message", { conversation_id, kind: "image", body: { media_id } });

/** The same person on another device. */
async function again({ storage }: Town, { name, id }: Actor): Promise<Actor> {
  const session = await storage();
  const claims = pg.escapeLiteral(JSON.stringify({ sub: id, role: "authenticated" }));
  await session.query(
    `set role authenticated; select set_config('request.jwt.claims', ${claims}, false)`,
  );
  return new Actor(name, id, session);
}

for (const [end, outcome] of [["commit", "42501"], ["rollback", "done"]] as const) {
  town(
    `of two uploads at once, the day has room for one: ${end}`,
    async ({ owner, query, storage }) => {
      const [one, two] = [await storage(), await storage()];
      await query("update chat_private.settings set uploads_per_day = 1");
      try {
        await one.query("begin");
        await store(one, freshName(owner), owner);
        const second = outcomes([store(two, freshName(owner), owner)]);
        await untilWaiting(query);
        await one.query(end);
        assert.deepEqual(await second, [outcome]);
        const { rows } = await query(
          `select files, bytes::int, (select count(*)::int from chat.media where owner_id = '${owner.id}') as media
           from chat_private.upload_days where owner_id = '${owner.id}'`,
        );
        assert.deepEqual(rows, [{ files: 1, bytes: 10, media: 1 }]);
      } finally {
        await query("update chat_private.settings set uploads_per_day = default");
      }
    },
  );
}

town("of ten uploads at once, as many are stored as the day has room for", async (all) => {
  const { owner, query, storage } = all;
  const sessions = await Promise.all(Array.from({ length: 10 }, storage));
  await query("update chat_private.settings set upload_bytes_per_day = 45");
  try {
    const uploads = sessions.map((session) => store(session, freshName(owner), owner));
    const done = (await outcomes(uploads)).filter((outcome) => outcome === "done");
    assert.equal(done.length, 4);
    const { rows } = await query(
      `select files, bytes::int from chat_private.upload_days where owner_id = '${owner.id}'`,
    );
    assert.deepEqual(rows, [{ files: 4, bytes: 40 }]);
  } finally {
    await query("update chat_private.settings set upload_bytes_per_day = default");
  }
});

town("two uploads to one path at once are one file in the library", async (all) => {
  const { owner, query, storage } = all;
  const [one, two] = [await storage(), await storage()];
  const name = freshName(owner);
  await one.query("begin");
  await store(one, name, owner, "1");
  const second = outcomes([store(two, name, owner, "2")]);
  await untilWaiting(query);
  await one.query("commit");
  assert.deepEqual(await second, ["done"]);
  const { rows } = await query(
    `select version, (select count(*)::int from chat.media as m where m.name = o.name) as media
     from storage.objects as o where o.name = '${name}'`,
  );
  assert.deepEqual(rows, [{ version: "2", media: 1 }]);
});

town("bytes that come while others are settled do not replace them", async (all) => {
  const { owner, query, storage } = all;
  const [one, two] = [await storage(), await storage()];
  const name = freshName(owner);
  await store(one, name, owner);
  await one.query("begin");
  await settle(one, name);
  const replacing = outcomes([store(two, name, owner, "2")]);
  await untilWaiting(query);
  await one.query("commit");
  assert.deepEqual(await replacing, ["42501"]);
  const { rows } = await query(
    `select o.version, m.checked_at is not null as checked
     from storage.objects as o join chat.media as m on m.name = o.name where m.name = $1`,
    [name],
  );
  assert.deepEqual(rows, [{ version: "1", checked: true }]);
});

town("bytes that are being replaced are not settled", async ({ owner, query, storage }) => {
  const [one, two] = [await storage(), await storage()];
  const name = freshName(owner);
  await store(one, name, owner);
  await two.query("begin");
  await store(two, name, owner, "2");
  const settling = outcomes([settle(one, name)]);
  await untilWaiting(query);
  await two.query("commit");
  assert.deepEqual(await settling, ["busy"]);
});

town("a file that is being deleted is not settled, and nobody waits in a circle", async (all) => {
  const { owner, query, storage } = all;
  const [one, two] = [await storage(), await storage()];
  const name = freshName(owner);
  await store(one, name, owner);
  // As Storage does it: first it looks, then it deletes.
  await two.query("begin");
  await two.query("select from storage.objects where name = $1 for update", [name]);
  const settling = outcomes([settle(one, name)]);
  await untilWaiting(query);
  await two.query("delete from storage.objects where name = $1", [name]);
  await two.query("commit");
  assert.deepEqual(await settling, ["media_not_found"]);
});

town("a file that is being sent waits until the next time the queue is taken", async (all) => {
  const { owner, group, query } = all;
  for (const end of ["commit", "rollback"]) {
    const { session, name, media_id } = await owns(all, owner);
    await query("update chat.media set unused_since = now() where id = $1", [media_id]);
    await owner.begin();
    await send(owner, group, media_id);
    assert.deepEqual(await claim(session), []);
    await owner.session.query(end);
    assert.deepEqual(await claim(session), end === "commit" ? [] : [name]);
  }
});

town("a file that is being given up is not sent", async (all) => {
  const { owner, group, query } = all;
  const { session, media_id } = await owns(all, owner);
  await query("update chat.media set unused_since = now() where id = $1", [media_id]);
  await session.query("begin");
  await claim(session);
  const sending = outcomes([send(owner, group, media_id)]);
  await untilWaiting(query);
  await session.query("commit");
  assert.deepEqual(await sending, ["media_not_found"]);
});

town("a file that is being forwarded is not given up after a revoke", async (all) => {
  const { owner, other, group, query } = all;
  const { session, name, media_id } = await owns(all, owner);
  const said = await send(owner, group, media_id);
  await other.begin();
  await other.call("forward_messages", { message_ids: [said.id], conversation_ids: [group] });
  const revoking = outcomes([owner.call("revoke_message", { message_id: said.id })]);
  await untilWaiting(query);
  await other.commit();
  assert.deepEqual(await revoking, ["done"]);
  assert.deepEqual(await claim(session), []);
  const { rows } = await query("select from chat.media where name = $1", [name]);
  assert.equal(rows.length, 1);
});

for (const first of ["send", "delete"] as const) {
  town(`a file is sent or deleted, not both: ${first} comes first`, async (all) => {
    const { owner, group, query } = all;
    const { media_id } = await owns(all, owner);
    const device = await again(all, owner);
    const sending = () => send(owner, group, media_id);
    const deleting = () => device.call("delete_media", { media_id });
    const [one, two] = first === "send" ? [sending, deleting] : [deleting, sending];
    const session = first === "send" ? owner : device;

    await session.begin();
    await one();
    const late = outcomes([two()]);
    await untilWaiting(query);
    await session.commit();

    assert.deepEqual(await late, [first === "send" ? "media_in_use" : "media_not_found"]);
  });
}
