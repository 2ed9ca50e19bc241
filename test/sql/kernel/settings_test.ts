// chat.get_settings and chat.set_settings. What each setting does is tested with the verbs.
import assert from "node:assert/strict";
import { type Caller, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

const set = (server: Caller, changes: unknown) => server.call("set_settings", { changes });

const DEFAULTS = {
  revoke_window: "00:05:00",
  friend_request_cooldown: "24:00:00",
  withdrawn_request_cooldown: "00:01:00",
  text_max_length: 5000,
  custom_max_bytes: 16_384,
  who_may_write: "everyone",
  notice_language: "en",
  friend_request_redirect_url: "/pages/applyMyfriend/applyMyfriend",
  group_link_url: "/pages/joinGroup/joinGroup?code={code}",
  group_max_members: 500,
  groups_owned_max: 100,
  revoked_text_comes_back: true,
  uploads_per_day: 1000,
  upload_bytes_per_day: 5 * 1024 ** 3,
  guest_uploads_per_day: 50,
  guest_upload_bytes_per_day: 200 * 1024 ** 2,
  guest_file_max_bytes: 20 * 1024 ** 2,
};

scene("settings have defaults, and no other names", async ({ server }) => {
  assert.deepEqual(await server.call("get_settings"), DEFAULTS);
});

scene("every setting can be changed, alone or with others", async ({ server }) => {
  assert.deepEqual(await set(server, { text_max_length: 10 }), {
    ...DEFAULTS,
    text_max_length: 10,
  });
  const others = {
    revoke_window: "00:02:00",
    friend_request_cooldown: "00:00:00",
    withdrawn_request_cooldown: "00:00:00",
    custom_max_bytes: 2,
    who_may_write: "friends",
    notice_language: "zh-CN",
    friend_request_redirect_url: "/friends",
    group_link_url: "https://example.com/g/{code}",
    group_max_members: 2,
    groups_owned_max: 0,
    revoked_text_comes_back: false,
    uploads_per_day: 0,
    upload_bytes_per_day: 0,
    guest_uploads_per_day: 1_000_000,
    guest_upload_bytes_per_day: 2 ** 40,
    guest_file_max_bytes: 0,
  };
  const all = { ...others, text_max_length: 10 };
  assert.deepEqual(await set(server, others), all);
  assert.deepEqual(await server.call("get_settings"), all);
  assert.deepEqual(await set(server, {}), all);
});

scene("what is no setting or not allowed changes nothing", async ({ server }) => {
  const bad: unknown[] = [
    null,
    [],
    "text_max_length",
    5,
    { text_max_lenght: 10 },
    { id: false },
    { text_max_length: 10, unknown: 1 },
    { text_max_length: null },
    { text_max_length: "many" },
    { text_max_length: 0 },
    { text_max_length: 100_001 },
    { text_max_length: 1e20 },
    { text_max_length: 1.5 },
    { text_max_length: { a: 1 } },
    { custom_max_bytes: 1 },
    { custom_max_bytes: 262_145 },
    { revoke_window: "soon" },
    { revoke_window: "-1 minute" },
    { revoke_window: "31 days" },
    { friend_request_cooldown: "-1 second" },
    { friend_request_cooldown: "366 days" },
    { withdrawn_request_cooldown: "366 days" },
    { who_may_write: "nobody" },
    { notice_language: "de" },
    { friend_request_redirect_url: "" },
    { friend_request_redirect_url: "x".repeat(1001) },
    { uploads_per_day: -1 },
    { uploads_per_day: 1_000_001 },
    { upload_bytes_per_day: -1 },
    { upload_bytes_per_day: 2 ** 40 + 1 },
    { guest_uploads_per_day: 1_000_001 },
    { guest_upload_bytes_per_day: 2 ** 40 + 1 },
    { guest_file_max_bytes: -1 },
    { guest_file_max_bytes: 1.5 },
    { text_max_length: 10, notice_language: "de" },
  ];
  for (const changes of bad) await refuses(set(server, changes), "PT400", "setting_invalid");
  assert.deepEqual(await server.call("get_settings"), DEFAULTS);
});

scene("nobody else reads or changes them", async ({ alice, gus, anon }) => {
  for (const caller of [alice, gus, anon]) {
    await refuses(set(caller, { text_max_length: 10 }), "42501");
    await refuses(caller.call("get_settings"), "42501");
    await refuses(caller.rows("update chat_private.settings set text_max_length = 10"), "42501");
  }
});

scene("refusals speak the language of the settings", async ({ alice, server }) => {
  const english = await refuses(alice.asks(alice), "PT400", "cannot_be_yourself");
  assert.equal(english.sentence, "This needs another person than yourself.");
  await set(server, { notice_language: "zh-CN" });
  const chinese = await refuses(alice.asks(alice), "PT400", "cannot_be_yourself");
  assert.equal(chinese.sentence, "不能对自己进行此操作。");
});
