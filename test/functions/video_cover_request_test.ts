import assert from "node:assert/strict";
import { VideoCoverRequest } from "../../functions/_shared/contract.ts";

const STORED = { bucket: "chat-videos", path: "a/b.mp4" };
const DEFAULTS = { mode: "fast", width: 0, height: 0, format: "png", base64: true };

/** What is wrong with a request, in the words that the caller gets. */
function problem(input: unknown): string | null {
  const { error } = VideoCoverRequest.safeParse(input);
  const [issue] = error?.issues ?? [];
  return issue ? [issue.path.join("."), issue.message].filter(Boolean).join(": ") : null;
}

Deno.test("a request for a cover has the course's names, with defaults", () => {
  const parsed = VideoCoverRequest.parse({ videoUrl: "https://a.example/b.mp4", time: 0 });
  assert.deepEqual(parsed, { videoUrl: "https://a.example/b.mp4", time: 0, ...DEFAULTS });
  const jpeg = VideoCoverRequest.parse({ ...STORED, time: 5, format: "jpeg", quality: 100 });
  assert.deepEqual(jpeg, { ...STORED, time: 5, ...DEFAULTS, format: "jpg", quality: 100 });
});

Deno.test("a request for a cover may have the names of an OSS snapshot", () => {
  const parsed = VideoCoverRequest.parse({ ...STORED, t: 20, m: "exact", w: 260, h: 1, f: "jpg" });
  const { mode, time, width, height, format } = parsed;
  assert.deepEqual([time, mode, width, height, format], [20, "exact", 260, 1, "jpg"]);
  assert.equal(problem({ ...STORED, t: 1, time: 1, m: "fast", mode: "fast" }), null);
});

Deno.test("two names for one thing must not say different things", () => {
  assert.equal(problem({ ...STORED, time: 1, t: 2 }), "t: says something else than time");
  assert.match(String(problem({ ...STORED, time: 1, w: 2, width: 3 })), /^w: /);
  assert.match(String(problem({ ...STORED, time: 1, f: "png", format: "jpg" })), /^f: /);
});

Deno.test("a request for a cover that does not fit is refused, and the field is named", () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ time: undefined }, /^time: is required/],
    ...[-1, 1.5, "20", null, NaN, Infinity, 2 ** 31, [], {}].map((time) =>
      [{ time }, /^time: /] as [Record<string, unknown>, RegExp]
    ),
    [{ t: -1 }, /^t: /],
    [{ width: 3841 }, /^width: /],
    [{ width: -1 }, /^width: /],
    [{ w: 0.5 }, /^width: /],
    [{ height: 3841 }, /^height: /],
    [{ height: "1; rm -rf" }, /^height: /],
    [{ mode: "slow" }, /^mode: /],
    [{ format: "gif" }, /^format: /],
    [{ format: "png,m_fast" }, /^format: /],
    [{ quality: 0, format: "jpg" }, /^quality: /],
    [{ quality: 101, format: "jpg" }, /^quality: /],
    [{ quality: 80 }, /^quality: is for jpg only/],
    [{ base64: "yes" }, /^base64: /],
    [{ bucket: undefined }, /^videoUrl: is required/],
    [{ path: undefined }, /^videoUrl: is required/],
    [{ path: "" }, /^path: /],
    [{ path: "a".repeat(1025) }, /^path: /],
    [{ bucket: 1 }, /^bucket: /],
    [{ videoUrl: "https://a.example/b.mp4" }, /^videoUrl: /],
    [{ bucket: undefined, path: undefined, videoUrl: "" }, /^videoUrl: /],
    [{ bucket: undefined, path: undefined, videoUrl: "b.mp4" }, /^videoUrl: is no address/],
    [
      { bucket: undefined, path: undefined, videoUrl: `https://a.example/${"a".repeat(2048)}` },
      /^videoUrl: /,
    ],
    [{ url: "https://a.example" }, /url/],
    [JSON.parse(`{"__proto__":{"time":1}}`), /__proto__/],
  ];
  for (const [change, words] of wrong) {
    assert.match(String(problem({ ...STORED, time: 1, ...change })), words, JSON.stringify(change));
  }
  for (const input of [null, [], "x", 1, true]) assert.notEqual(problem(input), null);
  assert.match(
    String(problem(JSON.parse(`{"time":1,"__proto__":{"time":2}}`))),
    /__proto__|videoUrl/,
  );
});
