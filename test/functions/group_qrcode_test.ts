import assert from "node:assert/strict";
import { decode } from "fast-png";
import jsqr from "jsqr";
import { GroupQrcodeRequest } from "../../functions/_shared/contract.ts";
import { groupQrcode } from "../../functions/chat-group-qrcode/group_qrcode.ts";
import { callBy, refusal } from "./call_by.ts";

const URL_OF_GROUP = "https://chat.example/join/8Hq2xT?from=qr&name=群聊";
const conversation_id = crypto.randomUUID();
const LINK = { body: { url: URL_OF_GROUP, join_code: "8Hq2xT", name: "Team" } };

function draw(wanted: Record<string, unknown>): Promise<Response> {
  const body = GroupQrcodeRequest.parse({ conversation_id, ...wanted });
  return groupQrcode(callBy("gus", { body, answers: { "rpc/get_group_link": LINK } }));
}

async function pixelsOf(response: Response) {
  const { data, width, height, channels } = decode(await response.arrayBuffer());
  assert.equal(channels, 1);
  const rgba = new Uint8ClampedArray(data.length * 4);
  data.forEach((grey, i) => rgba.set([grey, grey, grey, 255], i * 4));
  return { rgba, width, height };
}

function read({ rgba, width, height }: Awaited<ReturnType<typeof pixelsOf>>): string | undefined {
  // The package's types put its one function where its module does not.
  return (jsqr as unknown as typeof jsqr.default)(rgba, width, height)?.data;
}

Deno.test("groupQrcode() draws a png that a reader decodes to the link", async () => {
  const response = await draw({});
  assert.equal(response.headers.get("content-type"), "image/png");
  assert.equal(read(await pixelsOf(response)), URL_OF_GROUP);
});

Deno.test("groupQrcode() puts the same picture into JSON for those who cannot read bytes", async () => {
  const picture = new Uint8Array(await (await draw({})).arrayBuffer());
  const response = await draw({ as: "data_url" });
  assert.match(String(response.headers.get("content-type")), /^application\/json/);
  assert.equal(response.headers.get("cache-control"), "private, no-store");
  assert.deepEqual(await response.json(), {
    url: URL_OF_GROUP,
    data_url: `data:image/png;base64,${picture.toBase64()}`,
  });
});

Deno.test("groupQrcode() keeps to the size of modules and to the margin", async () => {
  const small = await pixelsOf(await draw({ size: 2, margin: 0 }));
  const wide = await pixelsOf(await draw({ size: 6, margin: 8 }));
  assert.equal(wide.width, (small.width / 2 + 16) * 6);
  assert.equal(wide.width, wide.height);
  assert.equal(read(wide), URL_OF_GROUP);
});

Deno.test("groupQrcode() draws the same modules as svg", async () => {
  const response = await draw({ format: "svg", size: 1, margin: 2 });
  assert.equal(response.headers.get("content-type"), "image/svg+xml");
  const svg = await response.text();
  const png = await pixelsOf(await draw({ size: 1, margin: 2 }));
  const dark = new Set(
    [...svg.matchAll(/M(\d+),(\d+)h/g)].map(([, x, y]) => Number(y) * png.width + Number(x)),
  );
  for (let i = 0; i < png.rgba.length / 4; i += 1) {
    assert.equal(dark.has(i), png.rgba[i * 4] === 0);
  }
});

Deno.test("groupQrcode() keeps the picture out of caches, and a browser from guessing", async () => {
  const { headers } = await draw({});
  assert.equal(headers.get("cache-control"), "private, no-store");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
});

Deno.test("groupQrcode() asks as the caller, and passes on that outsiders find nothing", async () => {
  const call = callBy("mallory", {
    body: GroupQrcodeRequest.parse({ conversation_id }),
    answers: { "rpc/get_group_link": refusal(404, "conversation_not_found") },
  });
  await assert.rejects(groupQrcode(call), { code: "conversation_not_found", status: 404 });
  assert.deepEqual(call.sent, [
    { to: "rpc/get_group_link", bearer: "mallory", body: { conversation_id } },
  ]);
  assert.equal(call.usedService(), false);
});

Deno.test("a request for a QR code holds numbers as JSON or as digits, within bounds", () => {
  const parsed = GroupQrcodeRequest.parse({ conversation_id, size: "7", margin: 0 });
  assert.deepEqual(parsed, {
    as: "picture",
    conversation_id,
    format: "png",
    size: 7,
    margin: 0,
  });
  const wrong: Record<string, unknown>[] = [
    { conversation_id: "x" },
    { format: "gif" },
    { size: 0 },
    { size: 21 },
    { size: "1e1" },
    { size: 1.5 },
    { size: null },
    { margin: 9 },
    { margin: "" },
    { margin: "-1" },
    { unheard_of: 1 },
  ];
  for (const change of wrong) {
    const body = { conversation_id, ...change };
    assert.ok(!GroupQrcodeRequest.safeParse(body).success, JSON.stringify(change));
  }
});
