// Every verb that has to do with groups, and everybody who could try it.
import assert from "node:assert/strict";
import { type Caller, type Cast, type Person, scene } from "../../support/people.ts";
import { enter, gather, invite, onlyRequest } from "../../support/groups.ts";
import type { Answers } from "../answers.ts";

type Role =
  | "owner"
  | "admin"
  | "member"
  | "muted"
  | "blocked"
  | "guest"
  | "disabled"
  | "left"
  | "removed"
  | "invited"
  | "asking"
  | "stranger"
  | "ghost"
  | "anon";

const INSIDE: Role[] = ["owner", "admin", "member", "muted", "blocked", "guest"];

/** What a verb is about, and how far each gets; whoever is not named may do it. */
type Rule = {
  args: (scene: Scene) => Record<string, unknown>;
  owner?: string;
  admin?: string;
  /** Everybody in it below the admins. */
  member?: string;
  muted?: string;
  guest?: string;
  invited?: string;
  asking?: string;
  /** Everybody who is not in it. */
  outside?: string;
};

type Scene = {
  callers: Record<Role, Caller>;
  group: string;
  code: string;
  /** A member below everybody, and a message of theirs and a record. */
  target: Person;
  message: string;
  record: string;
  invitation: string;
  request: string;
};

const NO_GROUP = { outside: "conversation_not_found" };
const here = ({ group }: Scene) => ({ conversation_id: group });
const target = ({ group, target }: Scene) => ({ conversation_id: group, user_id: target });
const NOBODY = {
  owner: "group_request_not_found",
  admin: "group_request_not_found",
  member: "group_request_not_found",
  outside: "group_request_not_found",
};

const RULES: Partial<Record<keyof Answers, Rule>> = {
  answer_group_invitation: {
    args: ({ invitation }) => ({ request_id: invitation, answer: "accept" }),
    ...NOBODY,
    invited: "may",
  },
  answer_join_request: {
    args: ({ request }) => ({ request_id: request, answer: "accept" }),
    member: "group_request_not_found",
    outside: "group_request_not_found",
  },
  clear_history: { args: here, ...NO_GROUP },
  create_group: { args: () => ({ name: "Another" }), guest: "guests_cannot" },
  dissolve_group: { args: here, admin: "role_too_low", member: "role_too_low", ...NO_GROUP },
  forward_messages: {
    args: ({ message, group }) => ({ message_ids: [message], conversation_ids: [group] }),
    muted: "you_are_muted",
    outside: "message_not_found",
  },
  get_group_link: { args: here, ...NO_GROUP },
  get_messages: { args: ({ group }) => ({ conversation_id: group, seqs: [1] }), ...NO_GROUP },
  hide_conversation: { args: here, ...NO_GROUP },
  invite_to_group: {
    args: ({ group, callers }) => ({ conversation_id: group, user_ids: [idOf(callers.stranger)] }),
    ...NO_GROUP,
  },
  join_group: { args: ({ code }) => ({ join_code: code }) },
  leave_group: { args: here, owner: "owner_cannot_leave", ...NO_GROUP },
  list_group_requests: { args: () => ({}) },
  list_members: { args: here, ...NO_GROUP },
  list_messages: { args: here, ...NO_GROUP },
  mark_read: { args: ({ group }) => ({ conversation_id: group, seq: 1 }), ...NO_GROUP },
  mute_conversation: { args: here, ...NO_GROUP },
  mute_group: { args: here, member: "role_too_low", ...NO_GROUP },
  mute_member: { args: target, member: "role_too_low", ...NO_GROUP },
  open_record: { args: ({ record }) => ({ message_id: record }), outside: "message_not_found" },
  pin_conversation: { args: here, ...NO_GROUP },
  preview_group: { args: ({ code }) => ({ join_code: code }) },
  remove_member: { args: target, member: "role_too_low", ...NO_GROUP },
  reset_group_link: { args: here, member: "role_too_low", ...NO_GROUP },
  revoke_message: {
    args: ({ message }) => ({ message_id: message }),
    member: "not_your_message",
    outside: "message_not_found",
  },
  send_message: {
    args: ({ group }) => ({ conversation_id: group, kind: "text", body: { text: "Hello" } }),
    muted: "you_are_muted",
    ...NO_GROUP,
  },
  set_group: {
    args: ({ group }) => ({ conversation_id: group, announcement: "News" }),
    member: "role_too_low",
    ...NO_GROUP,
  },
  set_group_role: {
    args: (scene) => ({ ...target(scene), role: "admin" }),
    admin: "role_too_low",
    member: "role_too_low",
    ...NO_GROUP,
  },
  set_my_group_face: {
    args: ({ group }) => ({ conversation_id: group, nickname: "Me" }),
    ...NO_GROUP,
  },
  transfer_group: { args: target, admin: "role_too_low", member: "role_too_low", ...NO_GROUP },
};

for (const [verb, rule] of Object.entries(RULES)) {
  assert.ok(isRule(verb));
  scene(`chat.${verb} in a group: who may, and who is told what instead`, async (cast) => {
    const stage = await set(cast);
    const found: Partial<Record<Role, string>> = {};
    const expected: Partial<Record<Role, string>> = {};
    for (const [role, caller] of Object.entries(stage.callers)) {
      assert.ok(isRole(role));
      expected[role] = expectation(rule, role);
      found[role] = await outcome(caller, verb, rule.args(stage));
    }
    assert.deepEqual(found, expected);
  });
}

function expectation(rule: Rule, role: Role): string {
  if (role === "anon") return "42501";
  if (role === "ghost") return "not_signed_in";
  if (role === "disabled") return "account_disabled";
  if (role === "owner" || role === "admin") return rule[role] ?? "may";
  if (role === "muted" || role === "guest") return rule[role] ?? rule.member ?? "may";
  if (role === "invited") return rule.invited ?? rule.outside ?? "may";
  return (INSIDE.includes(role) ? rule.member : rule.outside) ?? "may";
}

/** How far somebody gets; whatever it was, it has not happened. */
async function outcome(
  caller: Caller,
  verb: keyof Answers,
  args: Record<string, unknown>,
): Promise<string> {
  await caller.world.query("savepoint attempt");
  const result = await caller.call(verb, args).then(
    () => "may",
    ({ code, message }) => code === "42501" ? code : message,
  );
  await caller.world.query("rollback to savepoint attempt");
  return result;
}

async function set(cast: Cast): Promise<Scene> {
  const { alice, bob, carol, mallory, gus, dora, anon, ghost, world } = cast;
  const [tom, mona, lea, remo, ivy, ann, blake] = await world.signUp(
    ...["tom", "mona", "lea", "remo", "ivy", "ann", "blake"].map((name) => ({ name })),
  );
  assert.ok(tom && mona && lea && remo && ivy && ann && blake);
  await world.query("update chat.profiles set status = 'active' where id = $1", [dora.id]);
  const members = [carol, mona, blake, gus, dora, lea, remo, tom];
  const group = await gather(alice, members, { admins: [bob] });
  const { id: message } = await tom.says(group, "Hello");
  const [record] = await tom.call("forward_messages", {
    message_ids: [message],
    conversation_ids: [group],
    mode: "merged",
  });
  await alice.call("mute_member", { conversation_id: group, user_id: mona });
  await alice.call("block_user", { user_id: blake });
  await lea.call("leave_group", { conversation_id: group });
  await alice.call("remove_member", { conversation_id: group, user_id: remo });
  await invite(alice, group, ivy);
  await enter(ann, alice, group);
  await world.query("update chat.profiles set status = 'disabled' where id = $1", [dora.id]);
  return {
    callers: {
      owner: alice,
      admin: bob,
      member: carol,
      muted: mona,
      blocked: blake,
      guest: gus,
      disabled: dora,
      left: lea,
      removed: remo,
      invited: ivy,
      asking: ann,
      stranger: mallory,
      ghost,
      anon,
    },
    group,
    code: (await alice.call("get_group_link", { conversation_id: group })).join_code,
    target: tom,
    message,
    record: record?.id ?? "",
    invitation: (await onlyRequest(ivy)).id,
    request: (await onlyRequest(ann)).id,
  };
}

function idOf(caller: Caller): string {
  assert.ok("id" in caller && typeof caller.id === "string");
  return caller.id;
}

function isRule(name: string): name is keyof typeof RULES {
  return name in RULES;
}

function isRole(name: string): name is Role {
  return [
    ...INSIDE,
    "disabled",
    "left",
    "removed",
    "invited",
    "asking",
    "stranger",
    "ghost",
    "anon",
  ]
    .includes(name);
}
