// Realtime is a hint: nothing that goes wrong there makes a verb fail.
import assert from "node:assert/strict";
import { type Cast, scene } from "../../support/people.ts";
import { whileLocked } from "../session.ts";

const TROUBLES: Record<string, string> = {
  "there is no partition for today": `
    do $$
    declare
      v_partition regclass;
    begin
      for v_partition in
        select i.inhrelid from pg_inherits as i where i.inhparent = 'realtime.messages'::regclass
      loop
        execute format('drop table %s', v_partition);
      end loop;
    end;
    $$`,
  "its table is gone": "alter table realtime.messages rename to messages_of_yesterday",
  "its table has other columns": "alter table realtime.messages rename column topic to subject",
  "its schema is gone": "alter schema realtime rename to realtime_of_yesterday",
  "we may not write to it": "revoke insert on realtime.messages from postgres",
};

for (const [trouble, sql] of Object.entries(TROUBLES)) {
  scene(`everything works while ${trouble}`, async (cast) => {
    await cast.world.query(sql);
    await liveThrough(cast);
  });
}

scene("everything works while another session holds its table", async (cast) => {
  const { alice, bob, world } = cast;
  await whileLocked("realtime.messages", async () => {
    const { id } = await alice.call("open_direct", { user_id: bob });
    assert.equal((await alice.says(id, "Hello")).seq, 1);
  });
  assert.deepEqual(await bob.heard(), []);
  await alice.says(await world.direct(alice, bob), "Again");
  assert.deepEqual(await bob.heard(), ["message_created"]);
});

async function liveThrough({ alice, bob, carol, server }: Cast): Promise<void> {
  await bob.accepts(await alice.asks(bob));
  const [item] = await alice.call("list_conversations");
  const conversation_id = item?.id ?? "";
  await alice.says(conversation_id, "Hello");
  await bob.call("mark_read", { conversation_id, seq: 2 });
  await bob.call("pin_conversation", { conversation_id });
  await alice.call("set_profile", { nickname: "Lia" });
  await alice.call("block_user", { user_id: carol });
  await alice.call("unblock_user", { user_id: carol });
  await alice.call("set_friend_remark", { user_id: bob, remark: "Bobby" });
  await alice.call("remove_friend", { user_id: bob });
  await server.call("set_settings", { changes: { text_max_length: 10 } });

  const { conversations, notices } = await bob.call("sync");
  assert.equal(conversations[0]?.messages.at(-1)?.data.data, "Hello");
  assert.deepEqual(
    notices.map(({ actionType }) => actionType),
    ["friend_requested", "friend_added", "friend_removed"],
  );
}
