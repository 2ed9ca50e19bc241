// The envelope of a notice, field by field, pushed and caught up.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import type { Envelope } from "../answers.ts";

async function newestNotice(person: Person): Promise<Envelope> {
  const { notices } = await person.call("sync");
  const newest = notices.at(-1);
  assert.ok(newest);
  const pushed = (await person.heardFully()).filter(({ event }) => event === newest.actionType);
  assert.deepEqual(pushed.at(-1)?.payload, newest, "what was pushed is what is caught up");
  return newest;
}

scene("a request comes from the desk, with a link to the page that handles it", async (cast) => {
  const { alice, bob } = cast;
  await alice.call("set_profile", { avatar_url: "https://example.com/alice.png" });
  const request_id = await alice.asks(bob, "It is me");

  const { id, create_time, ...rest } = await newestNotice(bob);
  assert.ok(id);
  assert.ok(Number.isInteger(create_time) && Math.abs(Date.now() - create_time) < 60_000);
  assert.deepEqual(rest, {
    seq: 1,
    version: 0,
    conversation_id: null,
    from_id: `redirect-applyFriend-${alice.id}`,
    from_name: "Friend request",
    from_avatar: "https://example.com/alice.png",
    to_id: bob.id,
    to_name: "Bob",
    to_avatar: null,
    chatType: "single",
    type: "text",
    actionType: "friend_requested",
    data: {
      data: "Alice would like to be your friend",
      dataType: false,
      otherData: { request_id, note: "It is me" },
    },
    redirect: { url: "/pages/applyMyfriend/applyMyfriend", type: "navigateTo" },
    options: { actor_id: alice.id, subject_id: bob.id },
    isremove: 0,
    group: null,
  });
});

scene("whoever asks gets a plain notice", async ({ alice, bob }) => {
  const request_id = await alice.asks(bob);

  const { id: _, create_time: __, ...rest } = await newestNotice(alice);
  assert.deepEqual(rest, {
    seq: 1,
    version: 0,
    conversation_id: null,
    from_id: alice.id,
    from_name: "Alice",
    from_avatar: null,
    to_id: bob.id,
    to_name: "Bob",
    to_avatar: null,
    chatType: "single",
    type: "systemNotice",
    actionType: "friend_requested",
    data: {
      data: "You asked Bob to be your friend",
      dataType: false,
      otherData: { request_id, note: "" },
    },
    redirect: null,
    options: { actor_id: alice.id, subject_id: bob.id },
    isremove: 0,
    group: null,
  });
});

type Step = (alice: Person, bob: Person, request: string) => Promise<unknown>;

const answer = (answer: string): Step => (_, bob, request_id) =>
  bob.call("answer_friend_request", { request_id, answer });

/** What happens after Alice asked Bob, and what the two then read. */
const STEPS: {
  type: string;
  step: Step;
  en: [string | null, string];
  zh: [string | null, string];
}[] = [
  {
    type: "friend_requested",
    step: () => Promise.resolve(),
    en: ["You asked Bob to be your friend", "Alice would like to be your friend"],
    zh: ["您申请添加[Bob]为好友", "用户[Alice]申请添加您为好友，请尽快处理"],
  },
  {
    type: "friend_request_withdrawn",
    step: (alice, _, request_id) => alice.call("withdraw_friend_request", { request_id }),
    en: ["You withdrew your friend request to Bob", "Alice withdrew the friend request"],
    zh: ["您撤回了对[Bob]的好友申请", "[Alice]撤回了好友申请"],
  },
  {
    type: "friend_request_refused",
    step: answer("refuse"),
    en: ["Bob declined your friend request", "You declined the friend request of Alice"],
    zh: ["[Bob]拒绝了您的好友申请", "您拒绝了[Alice]的好友申请"],
  },
  {
    type: "friend_request_ignored",
    step: answer("ignore"),
    en: [null, "You ignored the friend request of Alice"],
    zh: [null, "您忽略了[Alice]的好友申请"],
  },
  {
    type: "friend_added",
    step: answer("accept"),
    en: ["You and Bob are friends now", "You and Alice are friends now"],
    zh: ["您和[Bob]已经是好友了", "您和[Alice]已经是好友了"],
  },
  {
    type: "friend_removed",
    step: async (alice, bob, request) => {
      await bob.accepts(request);
      await alice.call("remove_friend", { user_id: bob });
    },
    en: ["You and Bob are no longer friends", "You and Alice are no longer friends"],
    zh: ["您和[Bob]已不再是好友", "您和[Alice]已不再是好友"],
  },
];

for (const { type, step, en, zh } of STEPS) {
  for (const [notice_language, sentences] of [["en", en], ["zh-CN", zh]] as const) {
    scene(`${type} reads well for both (${notice_language})`, async ({ alice, bob, server }) => {
      await server.call("set_settings", { changes: { notice_language } });
      await step(alice, bob, await alice.asks(bob));

      for (const [i, person] of [alice, bob].entries()) {
        const { actionType, data, type: kind } = await newestNotice(person);
        if (sentences[i] === null) {
          assert.notEqual(actionType, type);
        } else {
          assert.equal(actionType, type);
          assert.equal(data.data, sentences[i]);
          assert.equal(kind, i === 1 && type === "friend_requested" ? "text" : "systemNotice");
        }
      }
    });
  }
}

scene("the desk has a name in both languages, and its page is a setting", async (cast) => {
  const { alice, bob, server } = cast;
  await alice.asks(bob);
  await server.call("set_settings", {
    changes: { notice_language: "zh-CN", friend_request_redirect_url: "/friends" },
  });
  const { notices: [notice] } = await bob.call("sync");
  assert.equal(notice?.from_name, "好友申请提醒");
  assert.deepEqual(notice?.redirect, { url: "/friends", type: "navigateTo" });
});

scene("notices carry the names of the moment of reading", async ({ alice, bob, world }) => {
  await alice.asks(bob);
  await alice.call("set_profile", { nickname: "Lia" });
  const { notices: [notice] } = await bob.call("sync");
  assert.equal(notice?.data.data, "Lia would like to be your friend");

  await world.query("delete from auth.users where id = $1", [alice.id]);
  const { notices: [later] } = await bob.call("sync");
  assert.equal(later?.data.data, "Deleted user would like to be your friend");
});

scene("notices are counted without gaps, whatever is refused in between", async (cast) => {
  const { alice, bob, carol, world } = cast;
  await world.befriend(alice, bob);
  await alice.asks(bob).catch(() => "already friends");
  await alice.asks(carol);
  await alice.call("remove_friend", { user_id: bob });
  assert.deepEqual(await alice.notices(), [
    "1 friend_requested",
    "2 friend_added",
    "3 friend_requested",
    "4 friend_removed",
  ]);
  assert.deepEqual(await bob.notices(), [
    "1 friend_requested",
    "2 friend_added",
    "3 friend_removed",
  ]);
});
