import assert from "node:assert/strict";
import { VideoCover } from "../../functions/_shared/contract.ts";
import { ask } from "./video_cover_support.ts";

const HOST = "https://films.oss-cn-hangzhou.aliyuncs.com";
const answers = { "rpc/find_video_host": { body: "oss" } };
const never = () => Promise.reject(new Error("asked"));

function snapshot(body: Record<string, unknown>) {
  return ask(body, { answers, extractCover: never });
}

Deno.test("for a video on OSS the answer is the address at which OSS makes the picture", async () => {
  const videoUrl = `${HOST}/images/20250826/a.mp4`;
  const asked = snapshot({ videoUrl, t: 20, time: 20, m: "fast", w: 260, f: "png" });
  assert.deepEqual(VideoCover.parse(await asked.answer), {
    url: `${videoUrl}?x-oss-process=video/snapshot,t_20,m_fast,w_260,h_0,f_png`,
    format: "png",
    time: 20,
    width: 260,
    height: 0,
  });
  assert.deepEqual([asked.fetched, asked.resolved], [[], []]);
  assert.deepEqual(asked.call.sent.map(({ to }) => to), [
    "rpc/prepare_cover",
    "rpc/find_video_host",
  ]);
  const exact = snapshot({ videoUrl, time: 0, mode: "exact", h: 7, format: "jpeg", quality: 3 });
  assert.equal(
    (await exact.answer).url,
    `${videoUrl}?x-oss-process=video/snapshot,t_0,w_0,h_7,f_jpg`,
  );
});

Deno.test("a query that is there stays, but for another process and the fragment", async () => {
  const wanted = "x-oss-process=video/snapshot,t_1,m_fast,w_0,h_0,f_png";
  for (
    const [query, kept] of [
      ["?", ""],
      ["?versionId=CAEQ%2B&x", "versionId=CAEQ%2B&x&"],
      ["?x-oss-process=video/snapshot,t_9", ""],
      ["?a=1&X-OSS-Process=image&b=2", "a=1&b=2&"],
      ["?x%2Doss-process=style/s", ""],
      ["?a=%ff&%=%&=", "a=%ff&%=%&=&"],
      ["#x-oss-process=1", ""],
    ] as const
  ) {
    const { answer } = snapshot({ videoUrl: `${HOST}/a.mp4${query}`, time: 1 });
    assert.equal((await answer).url, `${HOST}/a.mp4?${kept}${wanted}`, query);
  }
});

Deno.test("an address that is signed as a whole cannot be changed, and says so", async () => {
  for (
    const query of [
      "Signature=abc",
      "OSSAccessKeyId=L&Expires=1&Signature=abc",
      "x-oss-signature=abc",
      "x-oss-signature-version=OSS4-HMAC-SHA256",
      "x-oss-credential=abc",
      "security-token=abc",
      "%53ignature=abc",
      "a=1&signature",
    ]
  ) {
    const { answer } = snapshot({ videoUrl: `${HOST}/a.mp4?${query}` });
    await assert.rejects(
      answer,
      { code: "request_invalid", status: 400, message: /signed/ },
      query,
    );
  }
});
