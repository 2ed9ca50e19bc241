import assert from "node:assert/strict";
import {
  type BucketOptions,
  codeOf,
  type Person,
  type Place,
  SHARED,
  startPlace,
} from "./storage_support.ts";

type Command = NonNullable<BucketOptions["policies"]>[number];
type Act = (
  storage: ReturnType<Person["client"]["storage"]["from"]>,
) => PromiseLike<{ error: unknown }>;

/** What a person does to the bucket's one object, `old`; the least policies that suffice; what is said without. */
const ACTS: Record<string, { act: Act; needs: Command[]; otherwise: string }> = {
  "uploads a new object": {
    act: (storage) => storage.upload("new", "x"),
    needs: ["insert"],
    otherwise: "AccessDenied",
  },
  "uploads a new object that might have been there": {
    act: (storage) => storage.upload("new", "x", { upsert: true }),
    needs: ["insert", "select"],
    otherwise: "AccessDenied",
  },
  "replaces an object by upload": {
    act: (storage) => storage.upload("old", "x", { upsert: true }),
    needs: ["insert", "select", "update"],
    otherwise: "AccessDenied",
  },
  "replaces an object by update": {
    act: (storage) => storage.update("old", "x"),
    needs: ["insert", "select", "update"],
    otherwise: "AccessDenied",
  },
  "signs an upload": {
    act: (storage) => storage.createSignedUploadUrl("new"),
    needs: ["insert"],
    otherwise: "AccessDenied",
  },
  "downloads": {
    act: (storage) => storage.download("old"),
    needs: ["select"],
    otherwise: "NoSuchKey",
  },
  "asks about an object": {
    act: (storage) => storage.info("old"),
    needs: ["select"],
    otherwise: "NoSuchKey",
  },
  "signs a download": {
    act: (storage) => storage.createSignedUrl("old", 60),
    needs: ["select"],
    otherwise: "NoSuchKey",
  },
  "moves": {
    act: (storage) => storage.move("old", "new"),
    needs: ["select", "update"],
    otherwise: "NoSuchKey",
  },
  "copies": {
    act: (storage) => storage.copy("old", "new"),
    needs: ["select", "insert"],
    otherwise: "NoSuchKey, AccessDenied",
  },
};

Deno.test("the policies of the project decide", SHARED, async (t) => {
  await using place = await startPlace();
  const alice = await place.person();

  for (const [name, { act, needs, otherwise }] of Object.entries(ACTS)) {
    await t.step(`who ${name} needs to be allowed to ${needs.join(" and ")}`, async () => {
      const whole = await attempt(place, alice, needs, act);
      assert.equal(whole, null, `with ${needs}`);
      for (const missing of needs) {
        const less = needs.filter((command) => command !== missing);
        const code = await attempt(place, alice, less, act);
        assert.ok(code && otherwise.includes(code), `without ${missing}: ${code}`);
      }
    });
  }

  await t.step("removing what one may not remove, or not see, is passed over", async () => {
    for (const policies of [["select"], ["delete"], []] as const) {
      const storage = await bucketWith(place, alice, policies);
      assert.deepEqual(await storage.remove(["old"]), { data: [], error: null });
      assert.equal((await place.admin.storage.from(bucketId(policies)).exists("old")).data, true);
    }
    const storage = await bucketWith(place, alice, ["select", "delete"]);
    assert.equal((await storage.remove(["old"])).data?.length, 1);
  });

  await t.step("deleting one says that it is not allowed", async () => {
    const remove = (id: string) =>
      place.call(`/object/${id}/old`, { method: "DELETE", token: alice.token });
    await bucketWith(place, alice, ["select"]);
    const refused = await remove(bucketId(["select"]));
    assert.deepEqual([refused.status, await refused.json()], [400, {
      statusCode: "403",
      error: "Unauthorized",
      message: "Access denied",
      code: "AccessDenied",
    }]);
    await bucketWith(place, alice, ["select", "delete"]);
    const done = await remove(bucketId(["select", "delete"]));
    assert.deepEqual([done.status, await done.json()], [200, { message: "Successfully deleted" }]);
  });

  await t.step(
    "a listing without rights is empty, like that of a bucket that is not there",
    async () => {
      const blind = await bucketWith(place, alice, []);
      const nowhere = alice.client.storage.from("nowhere");
      for (const storage of [blind, nowhere]) {
        assert.deepEqual(await storage.list(), { data: [], error: null });
        assert.deepEqual((await storage.listV2()).data?.objects, []);
      }
      const seeing = await bucketWith(place, alice, ["select"]);
      assert.equal((await seeing.list()).data?.length, 1);
    },
  );

  await t.step("signing many says for each path whether it went well", async () => {
    const seeing = await bucketWith(place, alice, ["select"]);
    const { data } = await seeing.createSignedUrls(["old", "none"], 60);
    assert.deepEqual(data?.map(({ error, path }) => ({ error, path })), [
      { error: null, path: "old" },
      { error: "Either the object does not exist or you do not have access to it", path: "none" },
    ]);
    const blind = await bucketWith(place, alice, []);
    assert.equal((await blind.createSignedUrls(["old"], 60)).data?.[0]?.signedUrl, null);
  });

  await t.step("a move makes the mover the owner", async () => {
    const storage = await bucketWith(place, alice, ["select", "update"]);
    await storage.move("old", "moved");
    const { rows } = await place.sql.query(
      "select owner_id from storage.objects where bucket_id = $1",
      [bucketId(["select", "update"])],
    );
    assert.deepEqual(rows, [{ owner_id: alice.id }]);
  });

  await t.step("buckets obey policies of their own", async () => {
    assert.equal(codeOf(await alice.client.storage.createBucket("hers")), "AccessDenied");
    assert.deepEqual((await alice.client.storage.listBuckets()).data, []);
    await place.sql.query(
      `create policy "hers" on storage.buckets to authenticated
      using (owner_id = auth.uid()::text)`,
    );
    assert.deepEqual((await alice.client.storage.createBucket("hers")).data, { name: "hers" });
    const { data } = await alice.client.storage.getBucket("hers");
    assert.equal(data?.owner, alice.id);
    assert.equal((await (await place.person()).client.storage.getBucket("hers")).data, null);
    assert.ifError((await alice.client.storage.deleteBucket("hers")).error);
  });

  await t.step("a policy can ask who, what, how and about what file", async () => {
    await place.bucket("asked");
    await place.sql.query(
      `create policy "asked" on storage.objects for insert to anon, authenticated with check (
        bucket_id = 'asked'
        and auth.uid()::text = (storage.foldername(name))[1]
        and storage.allow_only_operation('object.upload')
        and metadata ->> 'mimetype' = 'image/png'
        and (metadata ->> 'contentLength')::int between 1 and 1000
        and user_metadata ->> 'room' = '42'
        and owner_id = auth.uid()::text
        and current_setting('request.method') = 'POST'
        and current_setting('request.path') like '/object/asked/%'
        and current_setting('request.headers')::jsonb ->> 'x-client-info' like 'supabase-js%'
        and current_setting('request.jwt.claims')::jsonb ->> 'role' = 'authenticated'
      )`,
    );
    const png = new Blob(["x"], { type: "image/png" });
    const asked = alice.client.storage.from("asked");
    const path = `${alice.id}/a.png`;
    const right = { metadata: { room: "42" } };
    assert.ifError((await asked.upload(path, png, right)).error);
    const refused = [
      await asked.upload(`${crypto.randomUUID()}/a.png`, png, right),
      await asked.upload(`${alice.id}/b.png`, png),
      await asked.upload(`${alice.id}/b.png`, new Blob(["x"], { type: "image/gif" }), right),
      await asked.upload(
        `${alice.id}/b.png`,
        new Blob(["x".repeat(1000)], { type: "image/png" }),
        right,
      ),
      await asked.update(`${alice.id}/b.png`, png, right),
      await asked.createSignedUploadUrl(`${alice.id}/b.png`),
      await place.anon.storage.from("asked").upload(path, png, right),
    ];
    for (const { error } of refused) {
      assert.equal(codeOf({ error }), "AccessDenied");
    }
  });

  await t.step("triggers see the owner, and the service as whoever writes", async () => {
    await place.bucket("watched", { policies: ["insert"] });
    await place.sql.query(`
      create table public.seen (owner_id text, role text, uid uuid, operation text);
      create function public.on_upload() returns trigger language plpgsql security definer as $$
      begin
        insert into public.seen
        values (new.owner_id, current_setting('role'), auth.uid(), storage.operation());
        return new;
      end $$;
      create trigger on_upload after insert on storage.objects
        for each row when (new.bucket_id = 'watched') execute function public.on_upload()`);
    assert.ifError((await alice.client.storage.from("watched").upload("x", "x")).error);
    assert.deepEqual((await place.sql.query("select * from public.seen")).rows, [{
      owner_id: alice.id,
      role: "service_role",
      uid: null,
      operation: "storage.object.upload",
    }]);
  });

  await t.step("what a trigger refuses is not stored", async () => {
    await place.sql.query(`
      create or replace function public.on_upload() returns trigger language plpgsql as $$
      begin raise exception 'not on Sundays'; end $$`);
    const { error } = await alice.client.storage.from("watched").upload("y", "y");
    assert.deepEqual([error?.status, error?.message], [500, "not on Sundays"]);
    assert.equal((await place.admin.storage.from("watched").list()).data?.length, 1);
  });
});

function bucketId(policies: readonly Command[]): string {
  return ["with", ...policies].join("-");
}

/** A bucket with just these policies, and in it one object of somebody else's: `old`. */
async function bucketWith(place: Place, person: Person, policies: readonly Command[]) {
  const id = bucketId(policies);
  const { data } = await place.admin.storage.getBucket(id);
  if (!data) await place.bucket(id, { policies });
  const mine = place.admin.storage.from(id);
  await mine.remove(["new", "moved"]);
  const { error } = await mine.upload("old", "old", { upsert: true });
  assert.ifError(error);
  return person.client.storage.from(id);
}

/** The code of the refusal, or null when all went well. */
async function attempt(
  place: Place,
  person: Person,
  policies: readonly Command[],
  act: Act,
): Promise<string | null> {
  const storage = await bucketWith(place, person, policies);
  return codeOf(await act(storage));
}
