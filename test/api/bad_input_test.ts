// Whatever is sent, the answer says what is wrong with it, nothing changes, and the next one is served.
import assert from "node:assert/strict";
import { REFUSALS } from "../../functions/_shared/errors.gen.ts";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { type Cast, type HttpAnswer, type Person, story } from "../support/api.ts";

type Body = BodyInit | Record<string, unknown> | unknown[];
type Bad = [what: string, verb: string, body: Body, status: number, code: string];

const ID = "01890000-0000-7000-8000-000000000000";

story("arguments of the wrong type or size are refused by name", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const says = (body: unknown, more: Record<string, unknown> = {}) => {
    return { conversation_id, kind: "text", body, ...more };
  };
  const upload = (more: Record<string, unknown>) => {
    return { kind: "image", mime_type: "image/png", size: 1, ...more };
  };
  const custom = (body: unknown) => ({ conversation_id, kind: "custom", body });
  const cases: Bad[] = [
    ["no text", "send_message", says({}), 400, "body_invalid"],
    ["a number for a text", "send_message", says({ text: 5 }), 400, "body_invalid"],
    ["a list for a body", "send_message", says([{ text: "Hello" }]), 400, "body_invalid"],
    ["a string for a body", "send_message", says("Hello"), 400, "body_invalid"],
    ["nothing for a body", "send_message", says(null), 400, "body_invalid"],
    ["more than a text", "send_message", says({ text: "a", bold: true }), 400, "body_invalid"],
    ["an empty text", "send_message", says({ text: "" }), 400, "text_empty"],
    ["a text of spaces", "send_message", says({ text: " \n\t\u3000" }), 400, "text_empty"],
    ["5001 characters", "send_message", says({ text: "a".repeat(5001) }), 413, "text_too_long"],
    ["ten megabytes", "send_message", says({ text: "a".repeat(1e7) }), 413, "text_too_long"],
    ["a kind of the system", "send_message", says({}, { kind: "system" }), 400, "kind_invalid"],
    ["no type", "send_message", custom({ data: 1 }), 400, "body_invalid"],
    ["a bad type", "send_message", custom({ type: "<b>", data: 1 }), 400, "body_invalid"],
    [
      "a large body",
      "send_message",
      custom({ type: "a", data: "a".repeat(16384) }),
      413,
      "body_too_large",
    ],
    ["a bad id", "send_message", says({ text: "a" }, { id: "1" }), 400, "22P02"],
    [
      "an unknown conversation",
      "list_messages",
      { conversation_id: ID },
      404,
      "conversation_not_found",
    ],
    ["not a UUID", "list_messages", { conversation_id: "../etc/passwd" }, 400, "22P02"],
    ["a page of 0", "list_messages", { conversation_id, page_size: 0 }, 400, "page_size_invalid"],
    [
      "a page of 201",
      "list_messages",
      { conversation_id, page_size: 201 },
      400,
      "page_size_invalid",
    ],
    ["half a page", "list_messages", { conversation_id, page_size: 1.5 }, 400, "22P02"],
    ["a page of 3e9", "list_messages", { conversation_id, page_size: 3e9 }, 400, "22003"],
    ["a seq below 0", "list_messages", { conversation_id, after_seq: -1 }, 400, "seq_invalid"],
    ["no seq", "mark_read", { conversation_id, seq: null }, 400, "seq_invalid"],
    ["a seq of 1e30", "mark_read", { conversation_id, seq: 1e30 }, 400, "22P02"],
    ["a list of cursors", "sync", { cursors: [] }, 400, "cursor_invalid"],
    ["an odd cursor", "sync", { cursors: { [ID]: { seq: "1" } } }, 400, "cursor_invalid"],
    ["a negative cursor", "sync", { cursors: { [ID]: { seq: -1 } } }, 400, "cursor_invalid"],
    ["a made-up cursor", "list_conversations", { after_cursor: "1_2_3" }, 400, "cursor_invalid"],
    ["oneself", "request_friend", { user_id: alice.id }, 400, "cannot_be_yourself"],
    ["somebody unknown", "request_friend", { user_id: ID }, 404, "profile_not_found"],
    ["a friend", "request_friend", { user_id: bob.id }, 409, "already_friends"],
    [
      "51 characters",
      "request_friend",
      { user_id: bob.id, note: "a".repeat(51) },
      400,
      "note_invalid",
    ],
    [
      "an answer of its own",
      "answer_friend_request",
      { request_id: ID, answer: "yes" },
      400,
      "answer_invalid",
    ],
    [
      "an unknown request",
      "answer_friend_request",
      { request_id: ID, answer: "accept" },
      404,
      "friend_request_not_found",
    ],
    ["no name", "set_profile", { nickname: "  " }, 400, "nickname_invalid"],
    ["a name turned round", "set_profile", { nickname: "a\u202eb" }, 400, "nickname_invalid"],
    ["a script", "set_profile", { avatar_url: "javascript:alert(1)" }, 400, "avatar_url_invalid"],
    ["a bad username", "set_profile", { username: "a b" }, 400, "username_invalid"],
    ["no file", "send_message", says({}, { kind: "image" }), 400, "body_invalid"],
    [
      "words for a file",
      "send_message",
      says({ media_id: "x" }, { kind: "file" }),
      400,
      "body_invalid",
    ],
    [
      "a lost file",
      "send_message",
      says({ media_id: ID }, { kind: "file" }),
      404,
      "media_not_found",
    ],
    ["an odd kind", "prepare_upload", upload({ kind: "avatar" }), 400, "kind_invalid"],
    ["an odd type", "prepare_upload", upload({ mime_type: "text/html" }), 415, "mime_type_invalid"],
    ["no type", "prepare_upload", upload({ mime_type: null }), 415, "mime_type_invalid"],
    ["a way out", "prepare_upload", upload({ directory: "../x" }), 400, "directory_invalid"],
    ["two lines", "prepare_upload", upload({ file_name: "a\nb" }), 400, "file_name_invalid"],
    ["a terabyte", "prepare_upload", upload({ size: 2 ** 40 }), 413, "file_too_large"],
    ["less than nothing", "prepare_upload", upload({ size: -1 }), 413, "file_too_large"],
    ["a size of 1e30", "prepare_upload", upload({ size: 1e30 }), 400, "22P02"],
    ["no bucket", "get_upload", { bucket: "", path: "" }, 404, "media_not_found"],
    ["an unknown file", "delete_media", { media_id: ID }, 404, "media_not_found"],
    ["no UUID", "choose_cover", { media_id: "x", cover_id: ID }, 400, "22P02"],
    ["a bad recipe", "prepare_cover", { recipe: "../x", format: "png" }, 400, "path_invalid"],
    ["half a truth", "set_profile", { requires_friend_approval: "maybe" }, 400, "22P02"],
  ];
  await assertRefused(alice, conversation_id, cases);
});

story("bodies that are not what a verb takes are refused", async (cast) => {
  const [alice, , conversation_id] = await cast.friends("alice", "bob");
  const text = (json: string) =>
    `{"conversation_id":"${conversation_id}","kind":"text","body":{"text":${json}}}`;
  const cases: Bad[] = [
    ["no verb", "delete_everything", {}, 404, "PGRST202"],
    ["no argument", "send_message", {}, 404, "PGRST202"],
    ["an argument too many", "set_profile", { color: "red" }, 404, "PGRST202"],
    ["not JSON", "set_profile", "nickname=Lia", 400, "PGRST102"],
    ["half of JSON", "set_profile", `{"nickname":"Li`, 400, "PGRST102"],
    ["invalid UTF-8", "set_profile", bytes('{"nickname":"', 0xff, '"}'), 400, "PGRST102"],
    [
      "invalid UTF-8 in a text",
      "send_message",
      bytes(text('"').slice(0, -2), 0xc3, 0x28, '"}}'),
      400,
      "PGRST102",
    ],
    ["a NUL", "send_message", text(`"a\\u0000b"`), 400, "22P05"],
    ["half a surrogate", "send_message", text(`"\\ud800"`), 400, "PGRST102"],
    ["a NUL in a path", "get_upload", `{"bucket":"chat-files","path":"a\\u0000"}`, 400, "22P05"],
    ["a NUL in a name", "set_profile", `{"nickname":"a\\u0000b"}`, 400, "22P05"],
  ];
  await assertRefused(alice, conversation_id, cases);
});

story("whatever JSON can hold does no harm", async (cast) => {
  const [alice, bob, conversation_id] = await cast.friends("alice", "bob");
  const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const bodies = [
    ...[500, 5_000, 100_000].flatMap((depth) => [
      nested(depth),
      `{"conversation_id":"${conversation_id}","kind":"custom","body":{"type":"a","data":${
        nested(depth)
      }}}`,
      `{"cursors":${nested(depth)}}`,
    ]),
    "null",
    "1",
    `"text"`,
    "[]",
    "",
    `{"conversation_id":"${conversation_id}","kind":"text","body":{"text":"a"},"kind":"system"}`,
    `{"__proto__":{"admin":true}}`,
  ];
  for (const verb of ["send_message", "sync", "set_profile"]) {
    for (const body of bodies) {
      const { status, text } = await post(alice, verb, body);
      const isFine = status < 500;
      assert.ok(isFine, `${verb} ${body.slice(0, 80)} (${body.length}): ${status} ${text}`);
    }
  }
  const { data } = await bob.supabase.rpc("list_messages", { conversation_id });
  assert.ok(data.length >= 1);
  assert.equal((await alice.says(conversation_id, "still here")).data.data, "still here");
});

story("requests without a fit key or token get a 401", async (cast) => {
  const alice = await cast.signUp("alice");
  const authorization = `Bearer ${alice.token}`;
  const apikey = PUBLISHABLE_KEY;
  const headers: Record<string, HeadersInit> = {
    "no key": { authorization },
    "a made-up key": { apikey: "sb_publishable_nonsense", authorization },
    "a key that is no header": { apikey: "a\tb", authorization },
    "no token": { apikey },
    "a word for a token": { apikey, authorization: "Bearer nonsense" },
    "three words for a token": { apikey, authorization: "Bearer a.b.c" },
    "an empty bearer": { apikey, authorization: "Bearer " },
    "another scheme": { apikey, authorization: "Basic YTpi" },
    "the key for a token": { apikey, authorization: `Bearer ${PUBLISHABLE_KEY}` },
  };
  for (const [what, init] of Object.entries(headers)) {
    const answer = await cast.http("/rest/v1/rpc/sync", {
      method: "POST",
      headers: { "content-profile": "chat", "content-type": "application/json", ...init },
      body: "{}",
    });
    assert.equal(answer.status, 401, `${what}: ${answer.text}`);
    assert.equal(typeof answer.json?.message, "string", what);
  }
});

story("verbs change nothing by a method that only reads", async (cast) => {
  const [alice, , conversation_id] = await cast.friends("alice", "bob");
  const before = await stored(cast, conversation_id);
  for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]) {
    const path = `/rest/v1/rpc/hide_conversation?conversation_id=${conversation_id}`;
    const headers = { ...headersOf(alice), "accept-profile": "chat" };
    const request = cast.http(path, { method, headers });
    // fetch() itself refuses TRACE.
    const answer = await request.catch((error) => ({ status: 405, text: String(error) }));
    assert.ok(answer.status >= 400 && answer.status < 500, `${method}: ${answer.status}`);
  }
  assert.deepEqual(await stored(cast, conversation_id), before);
});

story("a refusal has the body that is documented, and says when to come back", async (cast) => {
  const [alice, bob] = await Promise.all([cast.signUp("alice"), cast.signUp("bob")]);
  await bob.answers(await alice.asks(bob), "refuse");

  const answer = await post(alice, "request_friend", { user_id: bob.id });

  assert.equal(answer.status, 429);
  const wait = Number(answer.headers.get("retry-after"));
  assert.ok(wait > 86_000 && wait <= 86_400, `Retry-After: ${wait}`);
  assert.deepEqual(answer.json, {
    code: "PT429",
    message: "friend_request_too_soon",
    details: REFUSALS.friend_request_too_soon.en,
    hint: null,
  });
  const other = await post(alice, "get_profile", { user_id: ID });
  assert.deepEqual(other.json, {
    code: "PT404",
    message: "profile_not_found",
    details: REFUSALS.profile_not_found.en,
    hint: null,
  });
});

/** Each is refused as it should be; together they changed nothing, and the stack still serves. */
async function assertRefused(person: Person, conversation: string, cases: Bad[]): Promise<void> {
  const before = await stored(person.cast, conversation);
  for (const [what, verb, body, status, code] of cases) {
    const answer = await post(person, verb, body);
    const word = /^PT/.test(answer.json?.code) ? answer.json.message : answer.json?.code;
    assert.deepEqual([answer.status, word], [status, code], `${verb}, ${what}: ${answer.text}`);
  }
  assert.deepEqual(await stored(person.cast, conversation), before);
  await person.says(conversation, "still here");
}

function post(person: Person, verb: string, body: Body): Promise<HttpAnswer> {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  return person.cast.http(`/rest/v1/rpc/${verb}`, {
    method: "POST",
    headers: headersOf(person),
    body: isRaw ? body as BodyInit : JSON.stringify(body),
  });
}

function headersOf(person: Person): Record<string, string> {
  return {
    apikey: PUBLISHABLE_KEY,
    authorization: `Bearer ${person.token}`,
    "content-type": "application/json",
    "content-profile": "chat",
  };
}

/** Everything that is stored about a conversation and the two who are in it. */
async function stored(cast: Cast, conversation: string): Promise<unknown> {
  return await cast.sql(
    `select to_jsonb(c) as conversation,
       (select jsonb_agg(to_jsonb(m) order by m.user_id) from chat.members as m where m.conversation_id = c.id) as members,
       (select jsonb_agg(to_jsonb(m) order by m.seq) from chat.messages as m where m.conversation_id = c.id) as messages,
       (select jsonb_agg(to_jsonb(p) order by p.id) from chat.profiles as p where p.id in (c.low_id, c.high_id)) as profiles,
       (select jsonb_agg(to_jsonb(r) order by r.id) from chat.friend_requests as r
        where r.from_id in (c.low_id, c.high_id) or r.to_id in (c.low_id, c.high_id)) as requests
     from chat.conversations as c where c.id = $1`,
    [conversation],
  );
}

function bytes(...parts: (string | number)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]
    ),
  );
}
