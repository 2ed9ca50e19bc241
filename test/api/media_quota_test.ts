// A day holds as many files and bytes as the settings say, however many come at the same moment.
import assert from "node:assert/strict";
import { type Cast, type Person, story } from "../support/api.ts";
import {
  adds,
  assertRefused,
  checks,
  filesOnDisk,
  placeFor,
  sample,
  tidyUp,
  uploads,
} from "../support/media.ts";
import { holdBody, holdRows } from "../support/slow_uploads.ts";
import { refuses } from "./calling.ts";

const PEOPLE = ["somebody", "a guest"] as const;

for (const who of PEOPLE) {
  for (const what of ["files", "bytes"] as const) {
    story(
      `of ten files at once, ${who} gets in as many as the day has ${what} for`,
      async (cast) => {
        const person = await signUp(cast, who);
        const file = await sample("file");
        const left = 3;
        const some = Math.floor(file.bytes.length / 2); // not enough for another one
        await fillDay(
          cast,
          person,
          what === "files" ? { files: left } : { bytes: left * file.bytes.length + some },
        );
        const places = [];
        for (let i = 0; i < 10; i++) places.push(await placeFor(person, file));
        const before = await filesOnDisk(cast);

        const errors = await Promise.all(places.map(async ({ bucket, path }) => {
          const options = { contentType: file.mime_type };
          return (await person.supabase.storage.from(bucket).upload(path, file.bytes, options))
            .error;
        }));

        assert.equal(errors.filter((error) => error === null).length, left);
        for (const error of errors) if (error) assertRefused(error, "403");
        const { data } = await person.supabase.from("media").select("size");
        assert.deepEqual(data?.map(({ size }) => size), Array(left).fill(file.bytes.length));
        assert.equal(await filesOnDisk(cast), before + left);
      },
    );
  }

  story(
    `what ${who} deletes does not come back into the day, and tomorrow is another one`,
    async (cast) => {
      const person = await signUp(cast, who);
      await fillDay(cast, person, { files: 1 });
      const { media_id } = await adds(person, "file");
      await person.verb("delete_media", { media_id });
      await tidyUp(cast);
      const asked = { kind: "file", mime_type: "text/plain", size: 1 };
      await refuses(person.verb("prepare_upload", asked), "upload_quota_over");
      const { error } = await person.supabase.rpc("prepare_upload", asked);
      assert.equal(error?.code, "PT429");

      await cast.sql(
        "update chat_private.upload_days set day = day - 1 where owner_id = $1",
        [person.id],
      );

      await uploads(person, "file");
    },
  );
}

story("of six that were all let in and end together, two find room", async (cast) => {
  const alice = await cast.signUp("alice");
  const file = await sample("image");
  const finish = [];
  for (let i = 0; i < 6; i++) {
    const { bucket, path } = await placeFor(alice, file);
    const type = { "content-type": file.mime_type };
    finish.push(await holdBody(alice, file, `object/${bucket}/${path}`, "POST", type));
  }
  await fillDay(cast, alice, { files: 2 });
  const day = "select from chat_private.upload_days where owner_id = $1";
  const room = await holdRows(cast, day, [alice.id]);
  const ending = Promise.all(finish.map((end) => end()));
  await room.waiting(6);

  await room.letGo();

  const refusals = (await ending).filter(Boolean);
  for (const refusal of refusals) assertRefused(refusal, "403");
  assert.equal(refusals.length, 4);
  assert.equal((await alice.supabase.from("media").select("id")).data?.length, 2);
});

story(
  "a refused upload counts nothing, and one that is refused for its bytes counts",
  async (cast) => {
    const alice = await cast.signUp("alice");
    const { bytes } = await sample("image");
    const { error } = await alice.supabase.storage.from("chat-images").upload(
      `${alice.id}/x`,
      bytes,
    );
    assertRefused(error);
    assert.equal(await filesToday(cast, alice), 0);
    const disguised = { ...await sample("file"), kind: "image", mime_type: "image/png" } as const;
    const place = await uploads(alice, disguised);
    await refuses(checks(alice, place), "file_disguised");
    assert.equal(await filesToday(cast, alice), 1);
  },
);

story("covers and pictures of people count as uploads do", async (cast) => {
  const alice = await cast.signUp("alice");
  const upload = await uploads(alice, "image");
  await checks(alice, upload, { avatar: true });
  assert.equal(await filesToday(cast, alice), 2);
  await fillDay(cast, alice, { files: 1 });
  const another = await uploads(alice, "image");
  const before = await filesOnDisk(cast);
  await refuses(checks(alice, another, { avatar: true }), "upload_quota_over");
  assert.equal(await filesOnDisk(cast), before);
});

async function signUp(cast: Cast, who: typeof PEOPLE[number]): Promise<Person> {
  return await (who === "a guest" ? cast.guest() : cast.signUp("alice"));
}

/** Leaves room for that many, as if the rest had been uploaded earlier today. */
async function fillDay(
  cast: Cast,
  person: Person,
  left: { files?: number; bytes?: number },
): Promise<void> {
  const { data: settings } = await cast.server().rpc("get_settings");
  const { data } = await person.supabase.auth.getUser();
  const isGuest = data.user?.is_anonymous;
  const files = isGuest ? settings.guest_uploads_per_day : settings.uploads_per_day;
  const bytes = isGuest ? settings.guest_upload_bytes_per_day : settings.upload_bytes_per_day;
  await cast.sql(
    `insert into chat_private.upload_days (owner_id, day, files, bytes)
     values ($1, chat_private.today(), $2, $3)
     on conflict (owner_id, day) do update set files = excluded.files, bytes = excluded.bytes`,
    [person.id, left.files ? files - left.files : 0, left.bytes ? bytes - left.bytes : 0],
  );
}

async function filesToday(cast: Cast, { id }: Person): Promise<number> {
  const [day] = await cast.sql<{ files: number }>(
    "select files from chat_private.upload_days where owner_id = $1",
    [id],
  );
  return day?.files ?? 0;
}
