// chat.open_record: what a forwarded record holds, for those who can read the record.
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { type Person, scene } from "../../support/people.ts";
import { gather } from "../../support/groups.ts";
import { refuses } from "../refuses.ts";

const open = (person: Person, message_id: string | null | undefined) =>
  person.call("open_record", { message_id });

async function forwarded(person: Person, ids: string[], target: string) {
  const [record] = await person.call("forward_messages", {
    message_ids: ids,
    conversation_ids: [target],
    mode: "merged",
  });
  assert.ok(record);
  return record;
}

scene("readers need not be where it was said, and learn faces but no ids", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const chat = await world.direct(alice, bob);
  await bob.call("set_profile", { avatar_url: "https://example.com/b.png" });
  const { id, create_time } = await bob.says(chat, "Hello");
  const record = await forwarded(alice, [id], await world.direct(alice, carol));

  const entries = await open(carol, record.id);

  assert.deepEqual(entries, [{
    from_name: "Bob",
    from_avatar: "https://example.com/b.png",
    type: "text",
    data: { data: "Hello", dataType: false, otherData: null },
    create_time,
    isremove: 0,
  }]);
  assert.deepEqual(await open(alice, record.id), entries);
});

scene("only who can read the record opens it", async ({ alice, bob, carol, mallory, world }) => {
  const { id } = await bob.says(await world.direct(alice, bob), "Hello");
  const group = await gather(alice, [carol]);
  const record = await forwarded(alice, [id], group);
  assert.equal((await open(carol, record.id)).length, 1);
  await refuses(open(bob, record.id), "PT404", "message_not_found");
  await refuses(open(mallory, record.id), "PT404", "message_not_found");
  await carol.call("leave_group", { conversation_id: group });
  await refuses(open(carol, record.id), "PT404", "message_not_found");
});

scene("what is no record is not opened", async ({ alice, bob, world }) => {
  const { id } = await bob.says(await world.direct(alice, bob), "Hello");
  for (const each of [id, v7(), null]) {
    await refuses(open(alice, each), "PT404", "message_not_found");
  }
});

scene("a name in a group is not told elsewhere", async ({ alice, bob, carol, world }) => {
  const group = await gather(alice, [bob]);
  await bob.call("set_my_group_face", { conversation_id: group, nickname: "Among us" });
  const { id } = await bob.says(group, "Hello");
  const record = await forwarded(alice, [id], await world.direct(alice, carol));
  assert.equal((await open(carol, record.id))[0]?.from_name, "Bob");
});

scene("names are those of now, and people who are gone have none", async (cast) => {
  const { alice, bob, carol, world } = cast;
  const { id } = await bob.says(await world.direct(alice, bob), "Hello");
  const record = await forwarded(alice, [id], await world.direct(alice, carol));
  await bob.call("set_profile", { nickname: "Bobby" });
  assert.equal((await open(carol, record.id))[0]?.from_name, "Bobby");
  await world.query("delete from auth.users where id = $1", [bob.id]);
  assert.equal((await open(carol, record.id))[0]?.from_name, "Deleted user");
});
