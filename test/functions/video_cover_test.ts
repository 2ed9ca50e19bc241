import assert from "node:assert/strict";
import { VideoCover, VideoCoverRequest } from "../../functions/_shared/contract.ts";
import { serve } from "../../functions/_shared/serve.ts";
import { CoverRefusal } from "../../functions/chat-video-cover/engine/extract_cover.ts";
import { createVideoCover } from "../../functions/chat-video-cover/video_cover.ts";
import { ENVIRONMENT, refusal, scripted } from "./call_by.ts";
import {
  ask,
  COVER,
  DOWNLOAD,
  INFO,
  PROJECT,
  PUBLIC_URL,
  scriptedTools,
  SIGN_COVER,
  SIGN_VIDEO,
  storageError,
  TAKEN,
  UPLOAD,
  VIDEO,
  type World,
} from "./video_cover_support.ts";

const never = () => Promise.reject(new Error("asked"));
const MADE = { media_id: "m", width: 320, height: 240, time: 960, duration: 9000 };
const KEPT = { body: { ...COVER, owner_id: "alice", cover: MADE } };
const DATA_URL = `data:image/png;base64,${btoa(`"a picture"`)}`;

/** The requests of a call as "who to", where who is the caller or the service. */
function steps({ call }: ReturnType<typeof ask>): string[] {
  return call.sent.map(({ bearer, to }) => `${bearer === "alice" ? "caller" : "service"} ${to}`);
}

Deno.test("a cover is made, stored, and answered with the picture in it", async () => {
  const asked = ask({ ...VIDEO, time: 1000 });
  const answer = VideoCover.parse(await asked.answer);
  assert.deepEqual(answer, {
    base64: DATA_URL,
    url: `${PUBLIC_URL}/storage/v1/object/sign/chat-covers/${COVER.path}?token=cover`,
    ...COVER,
    format: "png",
    time: 1000,
    picture_time: 960,
    width: 320,
    height: 240,
    duration: 9001,
  });
  assert.deepEqual(steps(asked), [
    `caller ${INFO}`,
    "caller rpc/prepare_cover",
    `service ${SIGN_VIDEO}`,
    `service ${UPLOAD}`,
    "service rpc/add_cover",
    `service ${SIGN_COVER}`,
  ]);
  const [added] = asked.call.sent.filter(({ to }) => to === "rpc/add_cover");
  assert.deepEqual(added?.body, {
    path: COVER.path,
    size: 11,
    width: 320,
    height: 240,
    time_ms: 960,
    duration_ms: 9001,
    video_bucket: VIDEO.bucket,
    video_path: VIDEO.path,
  });
});

Deno.test("the video is read in ranges, by an address that we had signed", async () => {
  const { answer, fetched } = ask(VIDEO);
  await answer;
  const address = `${ENVIRONMENT.url}/storage/v1/object/sign/chat-videos/${VIDEO.path}?token=video`;
  assert.deepEqual(fetched, [`${address} bytes=0-7`]);
});

Deno.test("the same request again gets the picture that is there", async () => {
  const answers = { "rpc/prepare_cover": KEPT };
  const again = ask(VIDEO, { answers, extractCover: never });
  const answer = await again.answer;
  assert.equal(answer.base64, DATA_URL);
  assert.deepEqual([answer.time, answer.picture_time, answer.duration], [1000, 960, 9000]);
  assert.deepEqual(steps(again).slice(2), [`service ${SIGN_COVER}`, `service ${DOWNLOAD}`]);

  const short = ask({ ...VIDEO, base64: false }, { answers, extractCover: never });
  assert.equal((await short.answer).base64, undefined);
  assert.deepEqual(steps(short).slice(2), [`service ${SIGN_COVER}`]);
});

Deno.test("two same requests at the same time answer the same", async () => {
  const answers = { [UPLOAD]: storageError("409", "Duplicate") };
  const late = ask(VIDEO, { answers });
  assert.deepEqual(await late.answer, await ask(VIDEO).answer);
  assert.ok(steps(late).includes("service rpc/add_cover"));
});

Deno.test("a picture that is not let into the library is deleted, unless somebody else put it there", async () => {
  const gone = { "rpc/add_cover": refusal(404, "media_not_found") };
  const REMOVE = "service DELETE object/chat-covers";
  const asked = ask(VIDEO, { answers: { ...gone, "DELETE object/chat-covers": { body: [] } } });
  await assert.rejects(asked.answer, { code: "media_not_found" });
  assert.equal(steps(asked).at(-1), REMOVE);
  assert.deepEqual(asked.call.sent.at(-1)?.body, { prefixes: [COVER.path] });

  const second = ask(VIDEO, { answers: { ...gone, [UPLOAD]: storageError("409", "Duplicate") } });
  await assert.rejects(second.answer, { code: "media_not_found" });
  assert.ok(!steps(second).includes(REMOVE));
});

Deno.test("a picture larger than its bucket takes is refused in words", async () => {
  const { answer } = ask(VIDEO, {
    answers: { [UPLOAD]: storageError("413", "Payload too large") },
  });
  await assert.rejects(answer, { code: "file_too_large", status: 413 });
});

Deno.test("a video that the caller cannot read is not there, whatever the reason", async () => {
  for (
    const hidden of [
      storageError("404", "not_found"),
      storageError("403", "Unauthorized"),
      { status: 404, body: { message: "no Route matched" } },
    ]
  ) {
    const asked = ask(VIDEO, { answers: { [INFO]: hidden }, extractCover: never });
    await assert.rejects(asked.answer, { code: "media_not_found", status: 404 });
    assert.equal(asked.call.usedService(), false);
  }
});

Deno.test("Storage that fails is our trouble, not a missing video", async () => {
  const { answer } = ask(VIDEO, {
    answers: { [INFO]: { status: 503, body: { message: "down" } } },
  });
  await assert.rejects(answer, { name: "StorageApiError" });
});

Deno.test("who may have no cover at all hears that first, also of a video that is not there", async () => {
  for (const [status, code] of [[401, "not_signed_in"], [403, "guests_cannot"]] as const) {
    const answers = {
      "rpc/prepare_cover": refusal(status, code),
      [INFO]: storageError("404", "not_found"),
    };
    for (const body of [VIDEO, { videoUrl: "https://films.example/a.mp4" }]) {
      const asked = ask(body, { answers, extractCover: never });
      await assert.rejects(asked.answer, { code, status });
      assert.equal(asked.call.usedService(), false);
    }
  }
});

Deno.test("other buckets and paths that lead elsewhere are not there, and nothing is asked", async () => {
  const { path } = VIDEO;
  for (
    const wrong of [
      { bucket: "chat-covers", path },
      { bucket: "chat-files", path },
      { bucket: "chat-videos/..", path },
      { bucket: "CHAT-VIDEOS", path },
      ...[
        "../chat-covers/a.mp4",
        "a/../../secret.mp4",
        "/a.mp4",
        "a//b.mp4",
        "a/./b.mp4",
        "a/%2e%2e/b.mp4",
        "a/b.mp4?token=x",
        "a/b.mp4#x",
        "a\\b.mp4",
        "a/b.mp4\n",
        "a b.mp4",
        "a/电影.mp4",
        "a/b",
        "..",
      ].map((path) => ({ bucket: "chat-videos", path })),
    ]
  ) {
    const asked = ask({ time: 0, ...wrong }, { extractCover: never });
    await assert.rejects(asked.answer, { code: "media_not_found" }, JSON.stringify(wrong));
    assert.deepEqual(asked.call.sent, []);
  }
});

Deno.test("an address of our own Storage is the video itself, and its token counts for nothing", async () => {
  for (
    const start of [
      `${ENVIRONMENT.url}/storage/v1/object/public/chat-videos/`,
      `${ENVIRONMENT.url}/storage/v1/object/authenticated/chat-videos/`,
      `${PUBLIC_URL}/storage/v1/object/sign/chat-videos/`,
      `${PUBLIC_URL}/storage/v1/object/chat-videos/`,
      `HTTP://CHAT.example/x/../storage/v1/object/sign/chat-videos/`.replace("HTTP", "https"),
    ]
  ) {
    const asked = ask({ videoUrl: `${start}${VIDEO.path}?token=stolen` });
    await asked.answer;
    assert.deepEqual(steps(asked), steps(await settled(ask(VIDEO))), start);
    assert.ok(!JSON.stringify([asked.call.sent, asked.fetched]).includes("stolen"));
  }
  for (
    const videoUrl of [
      `${PUBLIC_URL}/rest/v1/profiles`,
      `${PUBLIC_URL}/storage/v1/object/sign/chat-covers/${COVER.path}`,
      `${PUBLIC_URL}/storage/v1/object/public/chat-videos/%2e%2e%2fa.mp4`,
      `${PUBLIC_URL}/storage/v1/object/public/chat-videos/`,
      `${ENVIRONMENT.url}/`,
      `https://project.example/functions/v1/chat-video-cover`.replace("https", "http"),
    ]
  ) {
    const asked = ask({ videoUrl }, { extractCover: never });
    await assert.rejects(asked.answer, { code: "media_not_found" }, videoUrl);
    assert.deepEqual([asked.call.sent, asked.fetched], [[], []]);
  }
});

Deno.test("each wish, and each version of the video, is a picture of its own", async () => {
  const seen = new Map<unknown, string>();
  const bodies = [
    {},
    { time: 1001 },
    { mode: "exact" },
    { width: 1 },
    { height: 1 },
    { format: "jpg" },
    { format: "jpg", quality: 80 },
  ];
  for (const body of bodies) {
    seen.set(await recipe({ ...VIDEO, ...body }), JSON.stringify(body));
  }
  seen.set(await recipe(VIDEO, { [INFO]: { body: { version: "v2" } } }), "version");
  seen.set(await recipe({ videoUrl: "https://films.example/a.mp4" }), "elsewhere");
  assert.equal(seen.size, bodies.length + 2, JSON.stringify([...seen.values()]));
  for (const name of seen.keys()) assert.match(String(name), /^[0-9a-f]{64}$/);

  const same = [
    { t: 1000, m: "fast", w: 0, h: 0, f: "png" },
    { time: 1000, t: 1000 },
    { base64: false },
    { videoUrl: `${PUBLIC_URL}/storage/v1/object/sign/chat-videos/${VIDEO.path}?token=1` },
  ];
  for (const body of same) {
    const named = "videoUrl" in body ? body : { ...VIDEO, ...body };
    assert.equal(seen.get(await recipe(named)), "{}", JSON.stringify(body));
  }
});

Deno.test("the engine gets the wishes, limits and an end, and its own file when it asks", async () => {
  let wanted: unknown;
  const { answer, call } = ask({ ...VIDEO, f: "jpeg", w: 100, m: "exact", quality: 80 }, {
    answers: { [ENGINE]: { body: "wasm" } },
    extractCover: async (source, request, limits, signal, fetchEngine) => {
      wanted = request;
      assert.equal(source.size, 9);
      assert.ok(limits.bytes > 0 && !signal.aborted);
      assert.equal(new TextDecoder().decode(await fetchEngine?.("ffmpeg-core.wasm")), `"wasm"`);
      return TAKEN;
    },
  });
  assert.match(String((await answer).base64), /^data:image\/jpeg;base64,/);
  assert.deepEqual(wanted, {
    time: 1000,
    mode: "exact",
    width: 100,
    height: 0,
    format: "jpg",
    quality: 80,
  });
  assert.notEqual(call.sent.find(({ to }) => to === ENGINE)?.bearer, "alice");
});

Deno.test("what the engine refuses is told in its words, with the duration", async () => {
  const extractCover = () =>
    Promise.reject(
      new CoverRefusal("video_time_beyond_end", "It lasts 9000 ms.", {
        details: { duration: 9000 },
      }),
    );
  const response = await served({ extractCover });
  assert.equal(response.status, 422);
  assert.deepEqual(await response.json(), {
    code: "video_time_beyond_end",
    message: "It lasts 9000 ms.",
    details: { duration: 9000 },
  });
  for (
    const [code, status] of [
      ["video_unreadable", 422],
      ["video_codec_unsupported", 422],
      ["busy", 503],
    ] as const
  ) {
    const response = await served({
      extractCover: () => Promise.reject(new CoverRefusal(code, "No.")),
    });
    assert.equal(response.status, status);
    assert.deepEqual(await response.json(), { code, message: "No." });
  }
});

Deno.test("a decoder that is not there is our trouble, and the log says what to do", async () => {
  const logged: unknown[] = [];
  const log = console.error;
  console.error = (...args) => logged.push(...args);
  try {
    const response = await served({
      answers: { [ENGINE]: storageError("404", "not_found") },
      extractCover: async (_source, _request, _limits, _signal, fetchEngine) => {
        await fetchEngine?.("ffmpeg-core.wasm");
        return TAKEN;
      },
    });
    assert.equal(response.status, 500);
    assert.equal((await response.json()).code, "internal");
  } finally {
    console.error = log;
  }
  assert.match(String(logged[0]), /chat-engine\/ffmpeg-core-[0-9a-f]{64}\.wasm.*upload_engine/);
});

const ENGINE =
  "GET object/chat-engine/ffmpeg-core-9f57947a5bd530d8f00c5b3f2cb2a3492faa7e5d823315342d6a8656d0a6b7b7.wasm";

/** The answer as it goes over the wire. */
async function served(world: World): Promise<Response> {
  Deno.env.set("SUPABASE_URL", ENVIRONMENT.url);
  Deno.env.set("SUPABASE_ANON_KEY", ENVIRONMENT.publishableKey);
  Deno.env.set("SUPABASE_SERVICE_ROLE_KEY", ENVIRONMENT.secretKey);
  const { fetch } = scripted({ ...PROJECT, ...world.answers });
  const handler = createVideoCover(scriptedTools(world).tools);
  return await serve(VideoCoverRequest, handler, { fetch })(
    new Request("http://f.example/chat-video-cover", {
      method: "POST",
      headers: { authorization: "Bearer alice" },
      body: JSON.stringify({ ...VIDEO, time: 9001 }),
    }),
  );
}

async function settled(asked: ReturnType<typeof ask>) {
  await asked.answer;
  return asked;
}

async function recipe(body: Record<string, unknown>, answers = {}): Promise<unknown> {
  const { call, answer } = ask(body, { answers: { ...answers, "rpc/prepare_cover": KEPT } });
  await answer;
  const { body: args } = call.sent.find(({ to }) => to === "rpc/prepare_cover") ?? {};
  return args && typeof args === "object" && "recipe" in args ? args.recipe : null;
}
