// Files that wait to be deleted, and the QR code of a group: functions as apps and servers call them.
import assert from "node:assert/strict";
import { decode } from "fast-png";
import jsqr from "jsqr";
import { type Cast, type Person, story } from "../support/api.ts";
import { refuses } from "./calling.ts";
import { enter, gather } from "./gatherings.ts";
import { backdate, invoke, request, stored } from "./invoking.ts";

story(
  "a revoke stands when a file cannot be deleted, and the file is tried again until it can",
  async (cast) => {
    const { bob, conversation_id } = await team(cast);
    await using file = await orphan(cast);
    for (const attempts of [1, 2]) {
      const said = await bob.says(conversation_id, "swordfish");

      const answer = await invoke(bob.supabase, "chat-revoke", { id: said.id });

      assert.equal((answer as { id: string }).id, said.id);
      assert.equal((await stored(cast, said)).isRevoked, true);
      const found = await file.find();
      assert.deepEqual([found?.attempts, found?.isLeased], [attempts, true]);
      assert.ok(await file.isThere());
      await file.endLease();
    }
    await file.letGo();
    await invoke(bob.supabase, "chat-revoke", { id: (await bob.says(conversation_id, "It")).id });
    assert.deepEqual([await file.find(), await file.isThere()], [undefined, false]);
  },
);

story("a file that cannot be deleted keeps no other one", async (cast) => {
  const { bob, conversation_id } = await team(cast);
  await using file = await orphan(cast);
  const { bucket } = file.row;
  const files = cast.server().storage.from(bucket);
  assert.equal((await files.upload("b/2.txt", "goes")).error, null);
  await cast.sql("insert into chat_private.orphaned_files (bucket_id, name) values ($1, $2)", [
    bucket,
    "b/2.txt",
  ]);

  await invoke(bob.supabase, "chat-revoke", { id: (await bob.says(conversation_id, "It")).id });

  assert.deepEqual([await file.isThere(), (await files.exists("b/2.txt")).data], [true, false]);
  const queued = "select name from chat_private.orphaned_files where bucket_id = $1";
  assert.deepEqual(await cast.sql(queued, [bucket]), [{ name: file.row.name }]);
});

story("a file that somebody is busy with is left to them", async (cast) => {
  const { bob, conversation_id } = await team(cast);
  await using file = await orphan(cast);
  await Promise.all(Array.from({ length: 5 }, async () => {
    const { id } = await bob.says(conversation_id, "swordfish");
    await invoke(bob.supabase, "chat-revoke", { id });
  }));
  assert.equal((await file.find())?.attempts, 1);
});

story("a refused revoke deletes nothing", async (cast) => {
  const { alice, bob, conversation_id } = await team(cast);
  const said = await alice.says(conversation_id, "Hello");
  await using file = await orphan(cast);
  await refuses(invoke(bob.supabase, "chat-revoke", { id: said.id }), "not_your_message");
  await backdate(cast, said, "1 hour");
  await refuses(invoke(alice.supabase, "chat-revoke", { id: said.id }), "revoke_window_over");
  assert.equal((await file.find())?.attempts, 0);
});

story("a server tidies up with its key, and nobody else does", async (cast) => {
  const { alice, gus } = await team(cast);
  await invoke(cast.server(), "chat-revoke", {});
  await using file = await orphan(cast);
  for (const person of [alice, gus]) {
    await refuses(invoke(person.supabase, "chat-revoke", {}), "request_invalid");
    for (const verb of ["claim_orphaned_files", "settle_orphaned_files"]) {
      const args = verb === "settle_orphaned_files" ? { files: [file.row] } : {};
      const { status, error } = await person.supabase.rpc(verb, args);
      assert.deepEqual([status, error?.code], [403, "42501"]);
    }
  }
  await refuses(invoke(cast.client(), "chat-revoke", {}), "not_signed_in");
  assert.equal((await file.find())?.attempts, 0);

  const { deleted } = await invoke(cast.server(), "chat-revoke", {}) as { deleted: number };

  assert.equal(deleted, 0);
  assert.equal((await file.find())?.attempts, 1);
  await file.endLease();
  const claimed = await cast.server().rpc("claim_orphaned_files");
  assert.deepEqual(claimed.data, [file.row]);
  await cast.server().rpc("settle_orphaned_files", { files: claimed.data });
  assert.equal(await file.find(), undefined);
});

story("members and guests see the link of their group as a picture", async (cast) => {
  const { alice, gus, conversation_id } = await team(cast);
  const { url } = await alice.verb("get_group_link", { conversation_id });
  for (const person of [alice, gus]) {
    const png = await picture(person, { conversation_id });
    assert.equal(png.type, "image/png");
    assert.equal(read(await png.arrayBuffer()), url);

    const body = { conversation_id, format: "svg" };
    assert.equal((await picture(person, body)).type, "image/svg+xml");
    const svg = await invoke(person.supabase, "chat-group-qrcode", body);
    assert.match(String(svg), /^<svg [^>]*xmlns/);
    assert.doesNotMatch(String(svg), /<script|href|onload/i);
  }
  const asked = { conversation_id, as: "data_url" };
  const { data_url } = await invoke(gus.supabase, "chat-group-qrcode", asked) as {
    data_url: string;
  };
  assert.equal(read(await (await fetch(data_url)).arrayBuffer()), url);
  const { url: fresh } = await alice.verb("reset_group_link", { conversation_id });
  assert.notEqual(fresh, url);
  assert.equal(read(await (await picture(gus, { conversation_id })).arrayBuffer()), fresh);
});

story("a picture is fetched by its address too, and is kept by nobody", async (cast) => {
  const { alice, conversation_id } = await team(cast);
  const { url } = await alice.verb("get_group_link", { conversation_id });
  const path = `chat-group-qrcode?conversation_id=${conversation_id}&size=4&margin=2`;
  const answer = await request(cast, path, { method: "HEAD", token: alice.token });
  assert.equal(answer.status, 405);
  const response = await fetch(`${cast.place.apiUrl}/functions/v1/${path}`, {
    headers: { authorization: `Bearer ${alice.token}` },
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "private, no-store");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.equal(read(await response.arrayBuffer()), url);
});

story("size and margin are bounded, and change the picture", async (cast) => {
  const { alice, conversation_id } = await team(cast);
  const width = async (look: Record<string, number>) => {
    const png = await picture(alice, { conversation_id, ...look });
    return decode(await png.arrayBuffer()).width;
  };
  const modules = await width({ size: 1, margin: 0 });
  assert.equal(await width({}), (modules + 8) * 10);
  assert.equal(await width({ size: 20, margin: 8 }), (modules + 16) * 20);

  const bad = [
    { size: 0 },
    { size: 21 },
    { size: 1.5 },
    { size: -1 },
    { size: 1e9 },
    { size: "10; rm" },
    { size: null },
    { margin: -1 },
    { margin: 9 },
    { margin: "8.5" },
    { format: "gif" },
    { format: "../png" },
    { conversation_id: "7" },
    { url: "https://evil.example" },
  ];
  for (const wrong of bad) {
    const asked = invoke(alice.supabase, "chat-group-qrcode", { conversation_id, ...wrong });
    await refuses(asked, "request_invalid");
  }
  await refuses(invoke(alice.supabase, "chat-group-qrcode", {}), "request_invalid");
});

story("there is no picture of a group for those who are not in it", async (cast) => {
  const { alice, bob, conversation_id } = await team(cast);
  const [mallory, stranger] = await Promise.all([cast.signUp("mallory"), cast.guest()]);
  const ask = (person: Person, id: string = conversation_id) =>
    invoke(person.supabase, "chat-group-qrcode", { conversation_id: id });
  await refuses(ask(mallory), "conversation_not_found");
  await refuses(ask(stranger), "conversation_not_found");
  await refuses(ask(mallory, crypto.randomUUID()), "conversation_not_found");
  const direct = await mallory.verb("open_direct", { user_id: alice.id });
  await refuses(ask(mallory, direct.id), "conversation_not_found");
  await refuses(invoke(cast.client(), "chat-group-qrcode", { conversation_id }), "not_signed_in");
  await bob.verb("leave_group", { conversation_id });
  await refuses(ask(bob), "conversation_not_found");
  await enter(bob, alice, conversation_id);
  await alice.verb("set_group", { conversation_id, join_mode: "closed" });
  await refuses(ask(bob), "group_is_closed");
  await refuses(ask(alice), "group_is_closed");
  await alice.verb("dissolve_group", { conversation_id });
  await refuses(ask(alice), "group_dissolved");
});

/** Alice's group with Bob and the guest Gus. */
async function team(cast: Cast) {
  const [alice, bob, gus] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.guest(),
  ]);
  return { alice, bob, gus, conversation_id: await gather(alice, [bob, gus]) };
}

/** A file that no message uses, and that a trigger of the project's own does not let go. */
async function orphan(cast: Cast) {
  const id = crypto.randomUUID().replaceAll("-", "");
  const row = { bucket: `kept-${id}`, name: "a/1.txt" };
  const key = [row.bucket, row.name];
  const { storage } = cast.server();
  assert.equal((await storage.createBucket(row.bucket)).error, null);
  assert.equal((await storage.from(row.bucket).upload(row.name, "kept")).error, null);
  await cast.sql("insert into chat_private.orphaned_files (bucket_id, name) values ($1, $2)", key);
  await cast.sql(
    `create function public.keep_${id}() returns trigger language plpgsql
     as $$ begin raise 'this file stays'; end $$;
     create trigger keep_${id} before delete on storage.objects for each row
     when (old.bucket_id = '${row.bucket}' and old.name = '${row.name}') execute function public.keep_${id}()`,
  );
  const letGo = () => cast.sql(`drop function if exists public.keep_${id}() cascade`);
  const endLease = () =>
    cast.sql(
      `update chat_private.orphaned_files set leased_until = '-infinity'
       where (bucket_id, name) = ($1, $2)`,
      key,
    );
  return {
    row,
    letGo,
    endLease,
    isThere: async () => (await storage.from(row.bucket).exists(row.name)).data,
    find: async () =>
      (await cast.sql<{ attempts: number; isLeased: boolean }>(
        `select attempts, leased_until between now() and now() + interval '1 minute' as "isLeased"
         from chat_private.orphaned_files where (bucket_id, name) = ($1, $2)`,
        key,
      ))[0],
    [Symbol.asyncDispose]: async () => {
      await letGo();
      await cast.sql(
        "delete from chat_private.orphaned_files where (bucket_id, name) = ($1, $2)",
        key,
      );
      await storage.emptyBucket(row.bucket);
      await storage.deleteBucket(row.bucket);
    },
  };
}

/** By fetch: `invoke` of supabase-js takes an image for text. */
async function picture(person: Person, body: Record<string, unknown>): Promise<Blob> {
  const response = await fetch(`${person.cast.place.apiUrl}/functions/v1/chat-group-qrcode`, {
    method: "POST",
    headers: { authorization: `Bearer ${person.token}` },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
  return await response.blob();
}

/** What a phone reads from a picture. */
function read(png: ArrayBuffer): string | undefined {
  const { data, width, height, channels } = decode(png);
  assert.equal(channels, 1);
  const rgba = new Uint8ClampedArray(data.length * 4);
  data.forEach((grey, i) => rgba.set([grey, grey, grey, 255], i * 4));
  // The package's types put its one function where its module does not.
  return (jsqr as unknown as typeof jsqr.default)(rgba, width, height)?.data;
}
