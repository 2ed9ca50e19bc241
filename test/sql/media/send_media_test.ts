// Messages that bring files: which ones may be sent, and what they look like.
import assert from "node:assert/strict";
import { v4, v7 } from "uuid";
import { gather, list } from "../../support/groups.ts";
import { owns, removes, sends, uploads } from "../../support/library.ts";
import { type Cast, type Person, scene } from "../../support/people.ts";
import type { Envelope, Media } from "../answers.ts";
import { refuses } from "../refuses.ts";

const KINDS = ["image", "video", "audio", "file"] as const;

/** What messages show of a file, which is less than its owner sees. */
function shown(media: Media) {
  const { owner_id: _, image_class_id: __, create_time: ___, is_checked: ____, ...rest } = media;
  return rest;
}

const send = (person: Person, conversation_id: string, kind: string, body: unknown, more = {}) =>
  person.call("send_message", { conversation_id, kind, body, ...more });

const FACTS: Record<(typeof KINDS)[number], Record<string, unknown>> = {
  image: { width: 640, height: 480, size: 5 },
  video: { width: 640, height: 480, duration: 1500 },
  audio: { duration: 900, waveform: [1, 2, 3] },
  file: { file_name: "Plan.pdf", class_id: 3 },
};

for (const kind of KINDS) {
  scene(`a message of kind ${kind} brings its file, the same to everybody`, async (cast) => {
    const { alice, bob, server, world } = cast;
    const chat = await world.direct(alice, bob);
    const media = await owns(alice, server, { kind, facts: FACTS[kind] });

    const envelope = await sends(alice, chat, media, { caption: "Look" });

    const { id, create_time, ...rest } = envelope;
    assert.ok(id && create_time);
    assert.deepEqual(rest, {
      seq: 1,
      version: 0,
      conversation_id: chat,
      from_id: alice.id,
      from_name: "Alice",
      from_avatar: null,
      to_id: bob.id,
      to_name: "Bob",
      to_avatar: null,
      chatType: "single",
      type: kind,
      actionType: null,
      data: { data: "Look", dataType: false, otherData: shown(media) },
      redirect: null,
      options: {},
      isremove: 0,
      group: null,
    });
    assert.deepEqual(await list(bob, chat), [envelope]);
    for (const person of [alice, bob]) {
      const heard = await person.heardFully();
      assert.deepEqual(heard, [{ event: "message_created", payload: envelope }]);
      assert.deepEqual((await person.item(chat))?.last_message, envelope);
    }
  });
}

scene("what messages show of a file, field by field", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const video = await owns(alice, server, { kind: "video", size: 77, facts: FACTS.video });
  const facts = { cover_of: video.media_id, width: 64, height: 48 };
  const cover = await owns(alice, server, { kind: "cover", facts });

  const { data } = await sends(alice, chat, video);

  assert.deepEqual(data, {
    data: "",
    dataType: false,
    otherData: {
      media_id: video.media_id,
      kind: "video",
      bucket: "chat-videos",
      path: video.path,
      mime_type: "video/mp4",
      size: 77,
      width: 640,
      height: 480,
      duration: 1500,
      cover: { bucket: "chat-covers", path: cover.path, width: 64, height: 48 },
    },
  });
});

scene("a group hears of a file, and a guest sends one", async (cast) => {
  const { alice, gus, server } = cast;
  const group = await gather(alice, [gus]);
  const media = await owns(gus, server, { kind: "audio", facts: FACTS.audio });
  await send(gus, group, "audio", { media_id: media.media_id }, { mentions: [alice.id] });
  const message = (await list(alice, group)).at(-1);
  assert.deepEqual(message?.data.otherData, shown(media));
  assert.deepEqual(message?.options, { mentions: [alice.id] });
});

scene("a file comes with a message of its own kind only", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const files: Media[] = [];
  for (const kind of [...KINDS, "cover"] as const) files.push(await owns(alice, server, { kind }));
  const picture = { mime_type: "image/png", size: 1, width: 1, height: 1 };
  const path = `${alice.id}/a.png`;
  files.push(await server.call("add_avatar", { owner_id: alice, path, ...picture }));
  const before = await world.snapshot();

  for (const { media_id, kind: is } of files) {
    for (const kind of KINDS) {
      if (kind === is) continue;
      await refuses(send(alice, chat, kind, { media_id }), "PT400", "media_wrong_kind");
    }
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("a file that was not checked is not sent", async ({ alice, bob, world }) => {
  const chat = await world.direct(alice, bob);
  const { media_id } = await alice.call("get_upload", await uploads(alice));
  const before = await world.snapshot();
  await refuses(send(alice, chat, "image", { media_id }), "PT409", "media_unchecked");
  assert.deepEqual(await world.snapshot(), before);
});

scene("nobody sends what is somebody else's, or not there", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const seen = await owns(alice, server);
  await sends(alice, chat, seen);
  const { media_id: unseen } = await owns(carol, server);
  const deleted = await owns(bob, server);
  await bob.call("delete_media", { media_id: deleted.media_id });
  const removed = await owns(bob, server);
  await removes(world, removed);
  const before = await world.snapshot();

  for (const media_id of [seen.media_id, unseen, deleted.media_id, removed.media_id, v4()]) {
    await refuses(send(bob, chat, "image", { media_id }), "PT404", "media_not_found");
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("a body names a file, and may have words under it", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const { media_id } = await owns(alice, server);
  const bad = [
    {},
    [],
    null,
    "text",
    media_id,
    { caption: "a" },
    { media_id: null },
    { media_id: "" },
    { media_id: 5 },
    { media_id: "nonsense" },
    { media_id: [media_id] },
    { media_id: { id: media_id } },
    { media_id: `${media_id}0` },
    { media_id, text: "a" },
    { media_id, url: "https://example.com/a.png" },
    { media_id, caption: 5 },
    { media_id, caption: ["a"] },
    { media_id, caption: { a: 1 } },
    { media_id, caption: true },
  ];
  const before = await world.snapshot();
  for (const kind of KINDS) {
    for (const body of bad) {
      await refuses(send(alice, chat, kind, body), "PT400", "body_invalid");
    }
  }
  assert.deepEqual(await world.snapshot(), before);
});

scene("a caption is a text that may be missing", async ({ alice, bob, server, world }) => {
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  for (const caption of [null, "", " \n", "\u200b"]) {
    assert.equal((await sends(alice, chat, media, { caption })).data.data, "");
  }
  for (const caption of ["  indented", "好".repeat(5000)]) {
    assert.equal((await sends(alice, chat, media, { caption })).data.data, caption);
  }
  const tooLong = sends(alice, chat, media, { caption: "好".repeat(5001) });
  await refuses(tooLong, "PT413", "text_too_long");
  assert.deepEqual(
    await world.query("select distinct body from chat.messages where body = '{}'"),
    [{ body: {} }],
  );
});

async function twoFiles({ alice, bob, server, world }: Cast) {
  const chat = await world.direct(alice, bob);
  return { chat, one: await owns(alice, server), two: await owns(alice, server), id: v7() };
}

scene("the same id with the same file is the same message", async (cast) => {
  const { alice, bob, world } = cast;
  const { chat, one: { media_id }, id } = await twoFiles(cast);
  const first = await send(alice, chat, "image", { media_id, caption: "a" }, { id });
  await bob.heard();
  const before = await world.snapshot();
  for (const same of [media_id, media_id.toUpperCase(), `{${media_id}}`]) {
    const again = await send(alice, chat, "image", { caption: "a", media_id: same }, { id });
    assert.deepEqual(again, first);
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual(await bob.heard(), []);
});

scene("the same id with another file or caption is another message", async (cast) => {
  const { alice, world } = cast;
  const { chat, one: { media_id }, two, id } = await twoFiles(cast);
  await send(alice, chat, "image", { media_id, caption: "a" }, { id });
  const before = await world.snapshot();
  const others = [{ media_id: two.media_id, caption: "a" }, { media_id, caption: "b" }, {
    media_id,
  }];
  for (const body of [...others, { media_id: v4(), caption: "a" }]) {
    const call = send(alice, chat, "image", body, { id });
    await refuses(call, "PT409", "message_id_conflict");
  }
  const video = send(alice, chat, "video", { media_id, caption: "a" }, { id });
  await refuses(video, "PT409", "message_id_conflict");
  assert.deepEqual(await world.snapshot(), before);
});

scene("a message that was revoked is repeated without its file", async (cast) => {
  const { alice, server } = cast;
  const { chat, one: { media_id }, id } = await twoFiles(cast);
  await send(alice, chat, "image", { media_id }, { id });
  await alice.call("revoke_message", { message_id: id });
  await server.call("claim_orphaned_files");
  const again: Envelope = await send(alice, chat, "image", { media_id }, { id });
  assert.deepEqual([again.isremove, again.data.otherData], [1, null]);
});

scene("what is revoked says nothing of its file, and no words come back", async (cast) => {
  const { alice, bob, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server);
  const { id } = await sends(alice, chat, media, { caption: "Oops" });
  const notice = await alice.call("revoke_message", { message_id: id });
  assert.deepEqual([notice.data.otherData, notice.options], [null, {}]);
  const [stub] = await list(bob, chat);
  assert.deepEqual([stub?.type, stub?.data.otherData, stub?.isremove], ["systemNotice", null, 1]);
  const [row] = await world.query("select body, media_id from chat.messages");
  assert.deepEqual(row, { body: null, media_id: null });
});

scene("a record shows the files of its entries, a copy its own", async (cast) => {
  const { alice, bob, carol, server, world } = cast;
  const chat = await world.direct(alice, bob);
  const media = await owns(alice, server, { kind: "file", facts: FACTS.file });
  const { id } = await sends(alice, chat, media, { caption: "Read" });
  const forward = async (mode: string) =>
    (await bob.call("forward_messages", {
      message_ids: [id],
      conversation_ids: [await world.direct(bob, carol)],
      mode,
    }))[0];
  const data = { data: "Read", dataType: false, otherData: shown(media) };

  const record = await forward("merged");
  const [entry] = await carol.call("open_record", { message_id: record?.id });
  assert.deepEqual([entry?.type, entry?.data], ["file", data]);

  const copy = await forward("each");
  assert.deepEqual([copy?.type, copy?.data], ["file", data]);
  assert.deepEqual([copy?.from_id, copy?.options], [bob.id, { forwarded: true }]);

  await alice.call("revoke_message", { message_id: id });
  const [gone] = await carol.call("open_record", { message_id: record?.id });
  assert.deepEqual([gone?.type, gone?.data.otherData], ["systemNotice", null]);
  assert.deepEqual((await list(carol, copy?.conversation_id ?? "")).at(-1)?.data, data);
});

scene(
  "a file that is gone leaves the words under it, and is not forwarded either",
  async (cast) => {
    const { alice, bob, carol, server, world } = cast;
    const chat = await world.direct(alice, bob);
    const media = await owns(alice, server);
    const { id } = await sends(alice, chat, media, { caption: "Look" });
    await removes(world, media);
    const [copy] = await bob.call("forward_messages", {
      message_ids: [id],
      conversation_ids: [await world.direct(bob, carol)],
    });
    assert.deepEqual(copy?.data, { data: "Look", dataType: false, otherData: null });
  },
);
