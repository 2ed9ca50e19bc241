// chat.join_group, chat.answer_join_request, chat.preview_group and the link that leads there.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";
import { enter, gather, invite, listen, onlyRequest, roles } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const codeOf = async (person: Person, conversation_id: string) =>
  (await person.call("get_group_link", { conversation_id })).join_code;
const join = (person: Person, join_code: string | null, note?: string | null) =>
  person.call("join_group", { join_code, ...note === undefined ? {} : { note } });

scene("the code of an open group lets in at once, guests too", async (cast) => {
  const { alice, gus, mallory, world } = cast;
  const group = await gather(alice, [], { join_mode: "open" });
  const ear = await listen(world, group);
  const code = await codeOf(alice, group);

  for (const person of [mallory, gus]) {
    assert.deepEqual(await join(person, code), { status: "joined", conversation_id: group });
    assert.deepEqual(await person.heard(), ["group_joined"]);
    assert.deepEqual(await ear.heard(), ["1 group_joined"]);
  }
  assert.deepEqual(await alice.heard(), []);
});

scene("the code of a guarded group asks owner and admins, once", async (cast) => {
  const { alice, bob, carol, mallory, world } = cast;
  const group = await gather(alice, [carol], { admins: [bob] });
  const ear = await listen(world, group);
  const code = await codeOf(alice, group);

  assert.equal((await join(mallory, code, "  It is me  ")).status, "awaits_group");

  for (const person of [alice, bob]) {
    const [{ payload } = {}, ...more] = await person.heardFully();
    assert.deepEqual(more, []);
    assert.equal(payload?.data.data, "Mallory would like to join Team");
  }
  assert.deepEqual([await carol.heard(), await mallory.heard()], [[], []]);
  assert.equal((await onlyRequest(alice)).note, "It is me");

  assert.equal((await join(mallory, code, "Really me")).status, "awaits_group");
  assert.deepEqual([await alice.heard(), await bob.heard()], [[], []]);
  assert.equal((await onlyRequest(alice)).note, "Really me");
  assert.deepEqual(await ear.heard(), []);

  const { id: request_id } = await onlyRequest(bob);
  const accepted = await bob.call("answer_join_request", { request_id, answer: "accept" });
  assert.deepEqual(accepted, { status: "joined", conversation_id: group });
  assert.deepEqual(await mallory.heard(), ["group_joined"]);
  assert.deepEqual(await ear.heard(), ["1 group_members_added"]);
  await refuses(
    alice.call("answer_join_request", { request_id, answer: "accept" }),
    "PT404",
    "group_request_not_found",
  );
});

scene("a request is refused, and asked again; or taken back", async ({ alice, mallory, world }) => {
  const group = await gather(alice, []);
  await enter(mallory, alice, group);
  const { id: request_id } = await onlyRequest(alice);
  await alice.call("answer_join_request", { request_id, answer: "refuse" });
  assert.deepEqual(await mallory.heard(), ["group_request_refused"]);

  await enter(mallory, alice, group);
  await alice.heard();
  const { id } = await onlyRequest(mallory);
  await mallory.call("answer_group_invitation", { request_id: id, answer: "refuse" });
  assert.deepEqual([await mallory.heard(), await alice.heard()], [[], []]);
  assert.deepEqual(await alice.call("list_group_requests"), []);
  assert.deepEqual(await roles(world, group), ["alice owner"]);
});

scene("nobody lets themselves in by answering their own request", async ({ alice, mallory }) => {
  const group = await gather(alice, []);
  await enter(mallory, alice, group);
  const { id: request_id } = await onlyRequest(mallory);
  const answer = "accept";
  await refuses(
    mallory.call("answer_join_request", { request_id, answer }),
    "PT404",
    "group_request_not_found",
  );
  const answered = await mallory.call("answer_group_invitation", { request_id, answer });
  assert.equal(answered.status, "awaits_group");
  assert.equal(await mallory.item(group), undefined);
});

scene("the code of a closed group opens nothing, but for the invited", async (cast) => {
  const { alice, bob, mallory } = cast;
  const group = await gather(alice, []);
  const code = await codeOf(alice, group);
  await alice.call("set_group", { conversation_id: group, join_mode: "closed" });
  await refuses(join(mallory, code), "PT403", "group_is_closed");
  for (const verb of ["get_group_link", "reset_group_link"] as const) {
    await refuses(alice.call(verb, { conversation_id: group }), "PT403", "group_is_closed");
  }
  await invite(alice, group, bob);
  assert.equal((await join(bob, code)).status, "joined");
});

scene("a code that is wrong, or was reset, leads nowhere", async ({ alice, bob, mallory }) => {
  const group = await gather(alice, [], { admins: [bob] });
  const old = await codeOf(alice, group);
  const { join_code } = await bob.call("reset_group_link", { conversation_id: group });
  assert.notEqual(join_code, old);
  for (const code of [old, "", "0", group, `${join_code} `, null]) {
    await refuses(join(mallory, code), "PT404", "group_not_found");
    await refuses(mallory.call("preview_group", { join_code: code }), "PT404", "group_not_found");
  }
  assert.equal((await join(mallory, join_code)).status, "awaits_group");
});

scene("who is in already stays in", async ({ alice, bob, world }) => {
  const group = await gather(alice, [bob]);
  const before = await world.snapshot();
  for (const person of [alice, bob]) {
    assert.deepEqual(await enter(person, alice, group), {
      status: "already_in",
      conversation_id: group,
    });
  }
  assert.deepEqual(await world.snapshot(), before);
  assert.deepEqual([await alice.heard(), await bob.heard()], [[], []]);
});

scene("a note has at most 50 characters and hides nothing", async ({ alice, mallory }) => {
  const group = await gather(alice, []);
  const code = await codeOf(alice, group);
  for (const note of ["x".repeat(51), "a\u202eb", "a\nb"]) {
    await refuses(join(mallory, code, note), "PT400", "note_invalid");
  }
  for (const note of ["x".repeat(50), "", null]) await join(mallory, code, note);
});

scene("who holds the code sees the group's face, and nothing of what is said", async (cast) => {
  const { alice, mallory } = cast;
  const group = await gather(alice, []);
  await alice.says(group, "Secret");
  const join_code = await codeOf(alice, group);
  const face = { name: "Team", avatar: null, member_count: 1, join_mode: "approval" };
  assert.deepEqual(await mallory.call("preview_group", { join_code }), {
    ...face,
    is_member: false,
  });
  assert.deepEqual(await alice.call("preview_group", { join_code }), { ...face, is_member: true });
});

scene("the link is made as the settings say, for members and guests", async (cast) => {
  const { alice, bob, gus, server } = cast;
  const group = await gather(alice, [bob, gus]);
  const code = await codeOf(alice, group);
  assert.match(code, /^[0-9a-f]{16}$/);
  await server.call("set_settings", {
    changes: { group_link_url: "https://chat.example.com/g/{code}?from=qr" },
  });
  for (const person of [alice, bob, gus]) {
    assert.deepEqual(await person.call("get_group_link", { conversation_id: group }), {
      join_code: code,
      name: "Team",
      url: `https://chat.example.com/g/${code}?from=qr`,
    });
  }
});

scene("a direct conversation is no group", async ({ alice, bob, world }) => {
  const conversation_id = await world.direct(alice, bob);
  const before = await world.snapshot();
  const attempts = [
    () => alice.call("get_group_link", { conversation_id }),
    () => alice.call("reset_group_link", { conversation_id }),
    () => alice.call("invite_to_group", { conversation_id, user_ids: [crypto.randomUUID()] }),
    () => alice.call("leave_group", { conversation_id }),
    () => alice.call("remove_member", { conversation_id, user_id: bob }),
    () => alice.call("set_group", { conversation_id, name: "Mine" }),
    () => alice.call("set_my_group_face", { conversation_id, nickname: "Me" }),
    () => alice.call("mute_member", { conversation_id, user_id: bob }),
    () => alice.call("mute_group", { conversation_id }),
    () => alice.call("transfer_group", { conversation_id, user_id: bob }),
    () => alice.call("set_group_role", { conversation_id, user_id: bob, role: "admin" }),
    () => alice.call("dissolve_group", { conversation_id }),
  ];
  for (const attempt of attempts) await refuses(attempt(), "PT404", "conversation_not_found");
  assert.deepEqual(await world.snapshot(), before);
});
