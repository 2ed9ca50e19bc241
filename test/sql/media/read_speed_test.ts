// What it costs to ask whether somebody may download a file, where there are many.
import assert from "node:assert/strict";
import { owns, reads, sends } from "../../support/library.ts";
import { type Cast, scene, type World } from "../../support/people.ts";
import type { Media } from "../answers.ts";

/** Alice sends Bob a video, he makes a record of it, and then come tens of thousands of everything. */
async function busyTown({ alice, bob, server, world }: Cast): Promise<Media> {
  const conversation_id = await world.direct(alice, bob);
  const media = await owns(alice, server, { kind: "video" });
  const { id } = await sends(alice, conversation_id, media);
  const args = { message_ids: [id], conversation_ids: [conversation_id], mode: "merged" };
  const [record] = await bob.call("forward_messages", args);
  await world.query(
    `insert into chat.messages (conversation_id, seq, id, sender_id, kind, body)
     select $1, n, gen_random_uuid(), $2, 'text', '{"text": "Hello"}' from generate_series(1000, 30000) as n`,
    [conversation_id, bob.id],
  );
  await world.query(
    `insert into chat.forwarded_messages (conversation_id, seq, position, source_conversation_id, source_seq)
     select $1, $2, n, $1, 1000 + n from generate_series(1, 10000) as n`,
    [conversation_id, record?.seq],
  );
  await world.query(
    `insert into chat.media (id, owner_id, bucket_id, name, kind, mime_type, size, checked_at)
     select gen_random_uuid(), $1, 'chat-images', n, 'image', 'image/png', 1, now()
     from generate_series(1, 10000) as n`,
    [bob.id],
  );
  await world.query("analyze chat.messages, chat.media, chat.members, chat.forwarded_messages");
  return media;
}

/** How often a whole table was walked through. */
function walks(world: World): Promise<unknown[]> {
  return world.query(
    `select relname, seq_scan from pg_stat_xact_user_tables
     where schemaname = 'chat' and relname in ('messages', 'media', 'forwarded_messages') order by 1`,
  );
}

scene("who asks for a file, and who may not have it, walks through no table", async (cast) => {
  const { bob, mallory, world } = cast;
  const media = await busyTown(cast);
  const before = await walks(world);

  assert.equal(await reads(mallory, media), false);
  assert.equal(await reads(bob, media), true);

  assert.deepEqual(await walks(world), before);
  await world.query("drop index chat.messages_media_id_idx, chat.messages_files_idx");
  await reads(mallory, media);
  assert.notDeepEqual(await walks(world), before, "This cannot tell.");
});

scene("whoever takes the queue walks through no table either", async (cast) => {
  const { alice, server, world } = cast;
  const { media_id } = await busyTown(cast);
  await world.query("update chat.media set unused_since = now() where id = $1", [media_id]);
  const before = await walks(world);

  assert.deepEqual(await server.call("claim_orphaned_files"), []);

  assert.deepEqual(await walks(world), before);
  const [video] = await alice.rows("select unused_since from chat.media");
  assert.equal(video?.unused_since, null);
});
