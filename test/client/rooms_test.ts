// Methods and errors: each verb has its method, each refusal the one class.
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { ChatError, createChat, memoryStorage, singleTab } from "../../client/index.ts";
import { uuidV7 } from "../../client/uuid_v7.ts";

type Asked = { path: string; body: unknown };

/** A client whose every request is answered like this. */
function chatThatHears(answer: () => Response, asked: Asked[] = []) {
  const supabase = createClient("http://localhost:1", "key", {
    auth: { persistSession: false, autoRefreshToken: false },
    global: {
      fetch: (input, init) => {
        const { pathname } = new URL(String(input));
        asked.push({ path: pathname, body: JSON.parse(String(init?.body ?? "null")) });
        return Promise.resolve(answer());
      },
    },
  });
  return createChat(supabase, { storage: memoryStorage(), tabs: singleTab() });
}

function camel(verb: string): string {
  return verb.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

Deno.test("every verb for people is a method of exactly one room", async () => {
  const asked: Asked[] = [];
  const chat = chatThatHears(() => Response.json({}), asked);
  const rooms = [
    chat.profiles,
    chat.friends,
    chat.conversations,
    chat.groups,
    chat.messages,
    chat.media,
  ];
  const docs = await Deno.readTextFile(new URL("../../docs/verbs.md", import.meta.url));
  const verbs = docs.split("\n### ").slice(1)
    .filter((section) => !section.includes("service_role") && !section.startsWith("version"))
    .map((section) => section.split("\n", 1)[0]!)
    .filter((verb) => verb !== "prepare_cover"); // of use to a function only
  assert.ok(verbs.length > 40);
  for (const verb of verbs) {
    const owners = rooms.filter((room) => camel(verb) in room);
    assert.equal(owners.length, 1, verb);
    // Whatever its arguments are.
    await (owners[0] as unknown as Record<string, (args: unknown) => Promise<unknown>>)[
      camel(verb)
    ]!({ some: verb });
    assert.deepEqual(asked.at(-1), { path: `/rest/v1/rpc/${verb}`, body: { some: verb } });
  }
});

const REFUSALS: [string, () => Response, Partial<ChatError>][] = [
  [
    "a word of the catalogue",
    () =>
      Response.json({
        code: "PT409",
        message: "already_friends",
        details: "You are friends already.",
        hint: null,
      }, { status: 409 }),
    { code: "already_friends", status: 409, message: "You are friends already." },
  ],
  [
    "one with a time to wait",
    () =>
      Response.json({ code: "PT429", message: "friend_request_too_soon", details: "Too soon." }, {
        status: 429,
        headers: { "retry-after": "3600" },
      }),
    { code: "friend_request_too_soon", status: 429, retryAfter: 3600 },
  ],
  [
    "what never reaches a verb",
    () =>
      Response.json(
        { code: "22P02", message: "invalid input syntax for type uuid", details: null },
        {
          status: 400,
        },
      ),
    { code: "22P02", status: 400 },
  ],
  ["a page of a proxy", () => new Response("<html>Bad gateway", { status: 502 }), {
    code: "internal",
    status: 502,
  }],
];

for (const [what, answer, expected] of REFUSALS) {
  Deno.test(`${what} is thrown as a ChatError`, async () => {
    const error = await chatThatHears(answer).friends.requestFriend({ user_id: "x" })
      .catch((reason) => reason);
    assert.ok(error instanceof ChatError, `${error}`);
    const { code, status, message, retryAfter } = error;
    assert.deepEqual({ code, status, message, retryAfter, ...expected }, {
      code,
      status,
      message,
      retryAfter,
    });
  });
}

Deno.test("no answer at all is a ChatError, too", async () => {
  const chat = chatThatHears(() => {
    throw new TypeError("failed to fetch");
  });
  await assert.rejects(chat.profiles.getProfile(), {
    name: "ChatError",
    code: "unreachable",
    status: 0,
  });
});

Deno.test("ids are UUIDs of version 7 with the time in front", () => {
  const now = Date.UTC(2026, 10, 22);
  const [one, other] = [uuidV7(now), uuidV7(now)];
  assert.match(one, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(one.replace("-", "").slice(0, 12), 16), now);
  assert.notEqual(one, other);
});
