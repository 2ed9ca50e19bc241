// What a message may say.
import assert from "node:assert/strict";
import { type Cast, type Person, scene } from "../../support/people.ts";
import { refuses } from "../refuses.ts";

type Talk = Cast & {
  say: (body: unknown) => ReturnType<Person["says"]>;
};

function talk(name: string, kind: string | null, play: (talk: Talk) => Promise<void>): void {
  scene(name, async (cast) => {
    const { alice, bob, world } = cast;
    const conversation_id = await world.direct(alice, bob);
    const say = (body: unknown) => alice.call("send_message", { conversation_id, kind, body });
    await play({ ...cast, say });
  });
}

talk("a text has at most 5000 characters, whatever they are", "text", async ({ say }) => {
  for (const character of ["a", "好", "😀"]) {
    const text = character.repeat(5000);
    assert.equal((await say({ text })).data.data, text);
    await refuses(say({ text: text + character }), "PT413", "text_too_long");
  }
});

talk("operators set how long a text may be", "text", async ({ say, server }) => {
  await server.call("set_settings", { changes: { text_max_length: 3 } });
  await say({ text: "好好好" });
  await refuses(say({ text: "好好好好" }), "PT413", "text_too_long");
});

const BLANK = {
  "nothing at all": "",
  "spaces": "   ",
  "line breaks and tabs": "\r\n\t\v\f",
  "ideographic spaces": "\u3000\u3000",
  "typographic spaces": "\u2002\u2003\u2009\u205f",
  "line and paragraph separators": "\u2028\u2029",
  "no-break spaces": "\u00a0\u2007\u202f",
  "zero-width spaces": "\u200b\u200b",
  "joiners and byte order marks": "\u200c\u200d\u2060\ufeff",
};

for (const [what, text] of Object.entries(BLANK)) {
  talk(`a text of ${what} is empty`, "text", async ({ say }) => {
    await refuses(say({ text }), "PT400", "text_empty");
  });
}

talk("a text is kept as it was written", "text", async ({ say }) => {
  for (
    const text of ["  indented\n", "\u202Eright to left", "👩‍👩‍👧‍👦", "<b>&amp;</b>", "null", "'\"\\"]
  ) {
    assert.equal((await say({ text })).data.data, text);
  }
});

talk("a text is exactly one string", "text", async ({ say }) => {
  const bodies = [
    {},
    { text: null },
    { text: 5 },
    { text: ["a"] },
    { text: { text: "a" } },
    { Text: "a" },
    { text: "a", mentions: [] },
    [],
    ["text"],
    "text",
    5,
    true,
    null,
  ];
  for (const body of bodies) await refuses(say(body), "PT400", "body_invalid");
});

for (const kind of ["system", "forward", "cover", "avatar", "Text", "", null]) {
  talk(`nobody sends messages of kind ${kind}`, kind, async ({ say, bob }) => {
    await refuses(say({ text: "a" }), "PT400", "kind_invalid");
    await refuses(say({ action: "friend_added" }), "PT400", "kind_invalid");
    assert.deepEqual(await bob.heard(), []);
  });
}

talk("a custom message carries any data", "custom", async ({ say }) => {
  for (const data of [{ a: [1, { b: null }] }, [], "text", 1.5, false, null]) {
    const envelope = await say({ type: "my.app_dice-2", data });
    assert.deepEqual(envelope.data, { data, dataType: "my.app_dice-2", otherData: null });
  }
});

talk("a custom message is exactly a type and data", "custom", async ({ say }) => {
  const bodies = [
    {},
    { type: "dice" },
    { data: 1 },
    { type: "dice", data: 1, more: 1 },
    { type: null, data: 1 },
    { type: 5, data: 1 },
    { type: "", data: 1 },
    { type: "2dice", data: 1 },
    { type: "two words", data: 1 },
    { type: "dice\n", data: 1 },
    { type: "d".repeat(51), data: 1 },
    [],
    "dice",
    null,
  ];
  for (const body of bodies) await refuses(say(body), "PT400", "body_invalid");
  await say({ type: "d".repeat(50), data: 1 });
});

talk("a custom body has at most 16 kB of JSON", "custom", async ({ say, server }) => {
  // What surrounds the filling is as long as PostgreSQL writes it: {"data": "", "type": "a"}
  const filled = (bytes: number) => ({ type: "a", data: "好".repeat(1) + "a".repeat(bytes - 28) });
  await say(filled(16_384));
  await refuses(say(filled(16_385)), "PT413", "body_too_large");

  await server.call("set_settings", { changes: { custom_max_bytes: 100 } });
  await say(filled(100));
  await refuses(say(filled(101)), "PT413", "body_too_large");
});

talk("what is far too large is refused as well", "text", async ({ say }) => {
  await refuses(say({ text: "a".repeat(2_000_000) }), "PT413", "text_too_long");
});
