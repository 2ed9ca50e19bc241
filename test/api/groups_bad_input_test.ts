// Whatever stands where an argument should be, the answer is a refusal or a deed, and never a breakdown.
import assert from "node:assert/strict";
import { type Cast, story } from "../support/api.ts";
import { gather } from "./gatherings.ts";

const BAD: unknown[] = [
  null,
  "",
  "a".repeat(2000),
  "\u0000",
  "\u202Ereversed",
  -1,
  1e30,
  1.5,
  [],
  [null],
  [["nested"]],
  { text: null },
  "{NULL}",
  "infinity",
  "00000000-0000-0000-0000-000000000000",
  Array.from({ length: 500 }, () => crypto.randomUUID()),
];

story("no argument of a verb for groups and messages breaks anything", async (cast) => {
  const { person, calls } = await scene(cast);
  for (const [verb, args] of Object.entries(calls)) {
    for (const name of Object.keys(args)) {
      await Promise.all(BAD.map(async (bad) => {
        const { error, status } = await person.supabase.rpc(verb, { ...args, [name]: bad });
        const what = `${verb}.${name} = ${JSON.stringify(bad).slice(0, 50)}: ${error?.message}`;
        assert.ok(status < 500, what);
        // A code of the catalogue, or a value that is none of its type.
        if (error) assert.match(error.code, /^(PT4\d\d|22\w{3}|PGRST\d{3})$/, what);
      }));
    }
  }
  await person.says(calls.list_members.conversation_id, "Still here");
});

/** Somebody in a group, and what would be fine to call. */
async function scene(cast: Cast) {
  const [alice, bob] = await cast.friends("alice", "bob");
  const conversation_id = await gather(alice, [bob]);
  const { id } = await alice.says(conversation_id, "Hello");
  const { join_code } = await alice.verb("get_group_link", { conversation_id });
  const user_id = bob.id;
  const calls = {
    answer_group_invitation: { request_id: id, answer: "accept" },
    answer_join_request: { request_id: id, answer: "accept" },
    create_group: { name: "Team", user_ids: [user_id], avatar_url: "" },
    forward_messages: { message_ids: [id], conversation_ids: [conversation_id], mode: "each" },
    get_group_link: { conversation_id },
    get_messages: { conversation_id, seqs: [1] },
    invite_to_group: { conversation_id, user_ids: [user_id] },
    join_group: { join_code, note: "" },
    list_group_requests: { before_id: id, page_size: 5 },
    list_members: { conversation_id, after_user_id: user_id, page_size: 5 },
    mute_group: { conversation_id, muted: false },
    mute_member: { conversation_id, user_id, minutes: 0 },
    open_record: { message_id: id },
    preview_group: { join_code },
    revoke_message: { message_id: id },
    send_message: {
      conversation_id,
      kind: "text",
      body: { text: "Hi" },
      reply_to: id,
      mentions: [],
    },
    set_group: { conversation_id, name: "Team", announcement: "", join_mode: "open" },
    set_group_role: { conversation_id, user_id, role: "member" },
    set_my_group_face: { conversation_id, nickname: "", avatar_url: "" },
  };
  return { person: alice, calls };
}
