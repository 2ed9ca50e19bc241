// chat.claim_orphaned_files and chat.settle_orphaned_files: files wait until somebody has deleted them.
import assert from "node:assert/strict";
import { type Cast, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

type File = { bucket: string; name: string };

async function orphan({ world }: Cast, ...names: string[]): Promise<File[]> {
  for (const [i, name] of names.entries()) {
    await world.query(
      `insert into chat_private.orphaned_files (bucket_id, name, leased_until)
       values ('chat-images', $1, now() - interval '1 day' + $2 * interval '1 second')`,
      [name, i],
    );
  }
  return names.map((name) => ({ bucket: "chat-images", name }));
}

const claim = ({ server }: Cast, args = {}) => server.call("claim_orphaned_files", args);
const settle = ({ server }: Cast, files: unknown) =>
  server.call("settle_orphaned_files", { files: JSON.stringify(files) });
const byName = (files: File[]) => files.toSorted((one, other) => one.name < other.name ? -1 : 1);

scene("a file that is being deleted is given to nobody else for a minute", async (cast) => {
  const files = await orphan(cast, "a.png", "b.png");
  assert.deepEqual(byName(await claim(cast)), files);
  assert.deepEqual(await claim(cast), []);
  await cast.world.query(
    "update chat_private.orphaned_files set leased_until = now() - interval '1 millisecond'",
  );
  assert.deepEqual(byName(await claim(cast)), files);
  const rows = await cast.world.query<{ attempts: number }>(
    "select attempts from chat_private.orphaned_files",
  );
  assert.deepEqual(rows.map(({ attempts }) => attempts), [2, 2]);
});

scene("what is settled is forgotten, and nothing else", async (cast) => {
  const [one, two] = await orphan(cast, "a.png", "b.png");
  await claim(cast);
  await settle(cast, [one, { bucket: "other", name: "b.png" }, { bucket: "x" }, {}]);
  const rows = await cast.world.query("select name from chat_private.orphaned_files");
  assert.deepEqual(rows, [{ name: two?.name }]);
  await settle(cast, []);
  await settle(cast, [one]);
});

scene("files come page by page, those that wait longest first", async (cast) => {
  const [one, two, three] = await orphan(cast, "a.png", "b.png", "c.png");
  assert.deepEqual(byName(await claim(cast, { page_size: 2 })), [one, two]);
  assert.deepEqual(await claim(cast, { page_size: 2 }), [three]);
  for (const page_size of [0, 1001, null]) {
    await refuses(claim(cast, { page_size }), "PT400", "page_size_invalid");
  }
});

scene("files are the server's affair", async (cast) => {
  const { alice, gus, anon } = cast;
  await orphan(cast, "a.png");
  for (const caller of [alice, gus, anon]) {
    await refuses(caller.call("claim_orphaned_files"), "42501");
    await refuses(caller.call("settle_orphaned_files", { files: "[]" }), "42501");
    await refuses(caller.sees("chat_private.orphaned_files"), "42501");
  }
  await refuses(cast.server.sees("chat_private.orphaned_files"), "42501");
});
