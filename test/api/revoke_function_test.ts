// The function chat-revoke takes the course's message, believes its id, and looks up everything else.
import assert from "node:assert/strict";
import { SignJWT } from "jose";
import { JWT_SECRET } from "../../stack/keys.ts";
import { type Cast, story } from "../support/api.ts";
import { type Client, Refused, refuses } from "./calling.ts";
import { gather, groupOf, hears } from "./gatherings.ts";
import { backdate, invoke, request, stored } from "./invoking.ts";

/** Each field of the course's message, wrong. */
const WRONG: [field: string, value: unknown][] = [
  ["id", "7"],
  ["id", 7],
  ["id", null],
  ["id", ["01890000-0000-7000-8000-000000000000"]],
  ["id", "01890000-0000-7000-8000-000000000000' or true --"],
  ["to_id", 0],
  ["to_id", -1],
  ["to_id", 1.5],
  ["to_id", ""],
  ["to_id", null],
  ["to_name", ""],
  ["to_name", "a".repeat(51)],
  ["to_name", 5],
  ["to_avatar", "a".repeat(9)],
  ["to_avatar", "a".repeat(1001)],
  ["to_avatar", 5],
  ["chatType", "channel"],
  ["chatType", ""],
  ["chatType", null],
  ["create_time", Date.now() + 60_000],
  ["create_time", Date.now() + 1_000_000_000],
  ["create_time", 0],
  ["create_time", -1],
  ["create_time", 1.5],
  ["create_time", "1700000000000"],
  ["create_time", new Date().toISOString()],
  ["create_time", 1e300],
  ["user_id", "01890000-0000-7000-8000-000000000000"],
  ["revoked_by", null],
];

story("the course's whole message is taken, and a message of one's own goes", async (cast) => {
  const { bob, conversation_id, said } = await scene(cast);
  const ear = await hears(bob, conversation_id);

  const answer = await invoke(bob.supabase, "chat-revoke", courseOf(said));

  const heard = await ear.next("message_revoked");
  assert.deepEqual(answer, { ...heard, options: { text: "swordfish" } });
  assert.equal((await stored(cast, said)).isRevoked, true);
});

story("what our own envelope says of a message is taken too", async (cast) => {
  const { bob, said } = await scene(cast);
  const { id, to_id, to_name, to_avatar, chatType, create_time } = said;
  assert.equal(to_avatar, null);

  await invoke(bob.supabase, "chat-revoke", {
    id,
    to_id,
    to_name,
    to_avatar,
    chatType,
    create_time,
  });

  assert.equal((await stored(cast, said)).isRevoked, true);
});

story("with any field wrong, nothing is taken back", async (cast) => {
  const { alice, bob, conversation_id, said } = await scene(cast);
  const ear = await hears(alice, conversation_id);
  for (const [field, value] of WRONG) {
    const body = { ...courseOf(said), [field]: value };
    const answer = await request(cast, "chat-revoke", {
      token: bob.token,
      body: JSON.stringify(body),
    });
    const what = `${field}: ${value}`;
    assert.deepEqual([what, answer.status, answer.json.code], [what, 400, "request_invalid"]);
    assert.deepEqual(Object.keys(answer.json).toSorted(), ["code", "message"], what);
  }
  for (const body of ["", "{", "[]", "null", '"text"', "5", "[[[[", "\u0000", '{"id":"']) {
    const answer = await request(cast, "chat-revoke", { token: bob.token, body });
    assert.deepEqual([body, answer.status, answer.json.code], [body, 400, "request_invalid"]);
  }
  assert.equal((await stored(cast, said)).isRevoked, false);
  assert.deepEqual(await ear.rest(), []);
});

story("the client's clock is not asked, whatever it says", async (cast) => {
  const { bob, conversation_id, said } = await scene(cast);
  const fresh = await bob.says(conversation_id, "of now");
  await backdate(cast, said, "301 seconds");

  for (const create_time of [Date.now(), Date.now() - 1000, Date.now() + 2000]) {
    const forged = { ...courseOf(said), create_time };
    await refuses(invoke(bob.supabase, "chat-revoke", forged), "revoke_window_over");
  }
  await refuses(invoke(bob.supabase, "chat-revoke", { id: said.id }), "revoke_window_over");
  const { rows } = await clock(cast, "1 hour");
  assert.equal(rows, 1);
  const late = { ...courseOf(said), create_time: 1 };
  await invoke(bob.supabase, "chat-revoke", late).finally(() => clock(cast, "5 minutes"));
  // A time that is long ago takes nothing away from whoever is in time.
  await invoke(bob.supabase, "chat-revoke", { ...courseOf(fresh), create_time: 1 });
  assert.deepEqual([(await stored(cast, said)).isRevoked, (await stored(cast, fresh)).isRevoked], [
    true,
    true,
  ]);
});

story("another's name, conversation or kind of chat in the body changes nothing", async (cast) => {
  const { alice, bob, carol, said } = await scene(cast);
  const elsewhere = await carol.says(await gather(carol, [bob]), "elsewhere");
  const body = {
    ...courseOf(said),
    to_id: carol.id,
    to_name: "Carol",
    chatType: "single",
  };
  await refuses(
    invoke(alice.supabase, "chat-revoke", { ...body, id: elsewhere.id }),
    "message_not_found",
  );
  await refuses(
    invoke(bob.supabase, "chat-revoke", { ...body, id: elsewhere.id }),
    "not_your_message",
  );
  await refuses(invoke(carol.supabase, "chat-revoke", body), "not_your_message");

  const answer = await invoke(bob.supabase, "chat-revoke", body);

  const { to_id, to_name, chatType, from_name } = answer as Record<string, unknown>;
  assert.deepEqual([to_id, to_name, chatType, from_name], [said.to_id, "Team", "group", "Bob"]);
  assert.equal((await stored(cast, elsewhere)).isRevoked, false);
});

story("tokens of both kinds are good, and none, old and forged ones are not", async (cast) => {
  const { bob, conversation_id, said } = await scene(cast);
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: bob.id, role: "authenticated", aud: "authenticated" };
  const bad = [
    undefined,
    await signed({ ...claims, exp: now - 60 }),
    await signed({ ...claims, exp: now + 60 }, "another".repeat(8)),
    await signed({ role: "service_role", exp: now + 60 }, "another".repeat(8)),
    "nonsense",
    bob.token.slice(0, -5),
  ];
  for (const token of bad) {
    const answer = await request(cast, "chat-revoke", {
      ...token === undefined ? {} : { token },
      body: JSON.stringify({ id: said.id }),
    });
    assert.deepEqual([answer.status, answer.json.code], [401, "not_signed_in"], String(token));
  }
  await refuses(invoke(cast.client(), "chat-revoke", { id: said.id }), "not_signed_in");
  await assert.rejects(invoke(cast.server(), "chat-revoke", { id: said.id }), Refused);
  assert.equal((await stored(cast, said)).isRevoked, false);

  const shared: Client = cast.client(undefined, await signed({ ...claims, exp: now + 60 }));
  await invoke(shared, "chat-revoke", { id: said.id });
  assert.match(atob(bob.token.split(".")[0]!), /"alg":"ES256"/);
  const next = await bob.says(conversation_id, "and again");
  await invoke(cast.client(undefined, bob.token), "chat-revoke", { id: next.id });
  assert.equal((await stored(cast, next)).isRevoked, true);
});

story("whoever was disabled, or deleted, takes nothing back", async (cast) => {
  const { bob, carol, conversation_id, said } = await scene(cast);
  const carols = await carol.says(conversation_id, "Hello");
  await cast.sql("update chat.profiles set status = 'disabled' where id = $1", [bob.id]);
  await refuses(invoke(bob.supabase, "chat-revoke", { id: said.id }), "account_disabled");
  assert.equal((await cast.server().auth.admin.deleteUser(carol.id)).error, null);
  const late = cast.client(undefined, carol.token);
  await refuses(invoke(late, "chat-revoke", { id: carols.id }), "not_signed_in");
  assert.equal((await stored(cast, carols)).isRevoked, false);
});

story("browsers may ask first, and no method but POST does anything", async (cast) => {
  const { bob, said } = await scene(cast);
  const preflight = await request(cast, "chat-revoke", {
    method: "OPTIONS",
    headers: {
      origin: "https://app.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization, apikey, content-type, x-client-info",
    },
  });
  assert.deepEqual([preflight.status, preflight.text], [204, ""]);
  const allowed = preflight.headers.get("access-control-allow-headers") ?? "";
  for (const name of ["authorization", "apikey", "content-type", "x-client-info"]) {
    assert.ok(allowed.includes(name), allowed);
  }
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.equal(preflight.headers.get("access-control-allow-credentials"), null);

  for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
    const answer = await request(cast, `chat-revoke?id=${said.id}`, { method, token: bob.token });
    assert.deepEqual([method, answer.status, answer.json.code], [
      method,
      405,
      "method_not_allowed",
    ]);
    assert.equal(answer.headers.get("allow"), "POST, OPTIONS");
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  }
  assert.equal((await stored(cast, said)).isRevoked, false);
});

story("a huge request is refused, and the next one is served", async (cast) => {
  const { bob, said } = await scene(cast);
  for (const size of [70_000, 10_000_000]) {
    const body = JSON.stringify({ id: said.id, to_name: "a".repeat(size) });
    const answer = await request(cast, "chat-revoke", { token: bob.token, body });
    assert.deepEqual([answer.status, answer.json.code], [413, "request_too_large"]);
  }
  const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
  const answer = await request(cast, "chat-revoke", { token: bob.token, body: deep });
  assert.deepEqual([answer.status, answer.json.code], [400, "request_invalid"]);
  assert.equal((await stored(cast, said)).isRevoked, false);
  await invoke(bob.supabase, "chat-revoke", { id: said.id });
  assert.equal((await groupOf(bob, said.conversation_id!)).last_message?.isremove, 1);
});

/** Alice's group with Bob and Carol, in which Bob has said what he should not have. */
async function scene(cast: Cast) {
  const [alice, bob, carol] = await Promise.all([
    cast.signUp("alice"),
    cast.signUp("bob"),
    cast.signUp("carol"),
  ]);
  const conversation_id = await gather(alice, [bob, carol]);
  return { alice, bob, carol, conversation_id, said: await bob.says(conversation_id, "swordfish") };
}

/** A message as the course's app holds it, where people have numbers. */
function courseOf({ id, create_time }: { id: string; create_time: number }) {
  return {
    id,
    to_id: 7,
    to_name: "Team",
    to_avatar: "https://example.com/team.png",
    chatType: "group",
    create_time,
  };
}

/** Sets how long one may take a message back. */
async function clock(cast: Cast, revoke_window: string): Promise<{ rows: number }> {
  const rows = await cast.sql("update chat_private.settings set revoke_window = $1 returning id", [
    revoke_window,
  ]);
  return { rows: rows.length };
}

function signed(claims: Record<string, unknown>, secret: string = JWT_SECRET): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(secret));
}
