import assert from "node:assert/strict";
import { plainHost } from "../../functions/chat-video-cover/allow_url.ts";
import { isPublic } from "../../functions/chat-video-cover/public_addresses.ts";
import { ask, partial, redirect, type World } from "./video_cover_support.ts";

const FILM = "https://films.example/a.mp4";
const never = () => Promise.reject(new Error("asked"));

Deno.test("one host has one name, however it is written", () => {
  for (
    const address of [
      "https://films.example/a.mp4",
      "https://FILMS.Example:443/a.mp4",
      "https://films.example./a.mp4",
      "https://films%2Eexample/a.mp4",
      "https:\\\\films.example\\a.mp4",
    ]
  ) {
    assert.equal(plainHost(new URL(address)), "films.example", address);
  }
  assert.equal(plainHost(new URL("https://电影.example/a")), "xn--p3t879b.example");
});

const HOSTILE = [
  "http://films.example/a.mp4",
  "ftp://films.example/a.mp4",
  "file:///etc/passwd",
  "data:video/mp4;base64,AAAA",
  "blob:https://films.example/1",
  "javascript:alert(1)",
  "concat:https://films.example/a|https://films.example/b",
  "https://films.example:8443/a.mp4",
  "https://films.example:80/a.mp4",
  "https://user@films.example/a.mp4",
  "https://user:secret@films.example/a.mp4",
  "https://:secret@films.example/a.mp4",
  "https://films.example../a.mp4",
  "https://localhost/a.mp4",
  "https://kong/a.mp4",
  "https://127.0.0.1/a.mp4",
  "https://127.1/a.mp4",
  "https://2130706433/a.mp4",
  "https://0x7f000001/a.mp4",
  "https://0177.0.0.1/a.mp4",
  "https://0/a.mp4",
  "https://1.1.1.1/a.mp4",
  "https://1.1.1.1./a.mp4",
  "https://169.254.169.254/latest/meta-data/",
  "https://①②⑦.⓪.⓪.①/a.mp4",
  "https://[::1]/a.mp4",
  "https://[::ffff:127.0.0.1]/a.mp4",
  "https://[2606:4700:4700::1111]/a.mp4",
  "https://[fe80::1]/a.mp4",
  "https://films_example.example/a.mp4",
];

Deno.test("addresses that are not plain https of a named host are refused, and nothing is asked", async () => {
  for (const videoUrl of HOSTILE) {
    const asked = ask({ videoUrl }, { extractCover: never });
    await assert.rejects(asked.answer, { code: "video_host_not_allowed", status: 403 }, videoUrl);
    assert.deepEqual([asked.fetched, asked.resolved], [[], []], videoUrl);
    assert.ok(!asked.call.sent.some(({ to }) => to === "rpc/find_video_host"), videoUrl);
  }
});

Deno.test("a host that is not on the list is refused before anybody looks it up", async () => {
  const answers = { "rpc/find_video_host": { body: null } };
  for (
    const videoUrl of [FILM, "https://films.example.evil.example/a", "https://xfilms.example/a"]
  ) {
    const asked = ask({ videoUrl }, { answers, extractCover: never });
    await assert.rejects(asked.answer, { code: "video_host_not_allowed" });
    const question = asked.call.sent.at(-1);
    assert.deepEqual(question?.body, { host: new URL(videoUrl).hostname });
    assert.notEqual(question?.bearer, "alice");
    assert.deepEqual([asked.fetched, asked.resolved], [[], []]);
  }
});

Deno.test("a host that was taken off the list gives nothing any more, also of what was made before", async () => {
  const cover = { media_id: "m", width: 1, height: 1, time: 0, duration: 0 };
  const answers = {
    "rpc/find_video_host": { body: null },
    "rpc/prepare_cover": { body: { bucket: "chat-covers", path: "a/made/b.png", cover } },
  };
  await assert.rejects(ask({ videoUrl: FILM }, { answers }).answer, {
    code: "video_host_not_allowed",
  });
});

Deno.test("a video of a listed host is read in ranges, without our keys", async () => {
  const asked = ask({ videoUrl: `${FILM}?v=1` }, { internet: { [`${FILM}?v=1`]: partial } });
  assert.equal((await asked.answer).width, 320);
  assert.deepEqual(asked.resolved, ["films.example"]);
  assert.deepEqual(asked.fetched, [`${FILM}?v=1 bytes=0-0`, `${FILM}?v=1 bytes=0-7`]);
  const added = asked.call.sent.find(({ to }) => to === "rpc/add_cover")?.body;
  assert.ok(added && typeof added === "object" && !("video_path" in added));
});

Deno.test("a listed name that leads to an address inside is refused, and not fetched", async () => {
  for (const inside of [["10.0.0.1"], ["::1"], ["93.184.216.34", "192.168.0.1"], ["rubbish"]]) {
    const world: World = { internet: { [FILM]: partial }, resolve: () => Promise.resolve(inside) };
    const asked = ask({ videoUrl: FILM }, world);
    await assert.rejects(asked.answer, { code: "video_host_not_allowed" });
    assert.deepEqual(asked.fetched, []);
  }
});

Deno.test("a name that cannot be looked up, and a host that does not answer, are unreachable", async () => {
  await quietly(async () => {
    const failing = () => Promise.reject(new Deno.errors.TimedOut("name server"));
    for (
      const world of [
        { resolve: () => Promise.resolve([]), internet: { [FILM]: partial } },
        { resolve: failing, internet: { [FILM]: partial } },
        {},
        { internet: { [FILM]: () => new Response("whole", { status: 200 }) } },
        { internet: { [FILM]: () => new Response("no", { status: 404 }) } },
        { internet: { [FILM]: () => new Response("no", { status: 500 }) } },
      ] satisfies World[]
    ) {
      const { answer } = ask({ videoUrl: FILM }, { ...world, extractCover: never });
      await assert.rejects(answer, { code: "video_unreachable", status: 502 });
    }
  });
});

Deno.test("redirects are followed three times, each to a place that is allowed itself", async () => {
  const last = "https://cdn.example/b.mp4";
  const internet = {
    [FILM]: redirect("/b.mp4", 301),
    "https://films.example/b.mp4": redirect("https://cdn.example/a.mp4", 307),
    "https://cdn.example/a.mp4": redirect("b.mp4"),
    [last]: partial,
  };
  const asked = ask({ videoUrl: FILM }, { internet });
  await asked.answer;
  assert.deepEqual(asked.resolved, [
    "films.example",
    "films.example",
    "cdn.example",
    "cdn.example",
  ]);
  assert.equal(asked.fetched.at(-1), `${last} bytes=0-7`);
  // One more is too many, and a circle is no way.
  for (const first of [redirect(FILM), redirect("https://films.example/0")]) {
    const long = { ...internet, "https://films.example/0": redirect(FILM), [FILM]: first };
    const { answer, fetched } = ask({ videoUrl: "https://films.example/0" }, { internet: long });
    await assert.rejects(answer, { code: "video_unreachable" });
    assert.equal(fetched.length, 4);
  }
});

Deno.test("a redirect to where we would not go is not followed", async () => {
  for (
    const location of [
      // A header holds no other characters.
      ...HOSTILE.filter((address) => /^[ -~]*$/.test(address)),
      "//127.0.0.1/",
      "http://project.example/storage/v1/object/chat-videos/a.mp4",
    ]
  ) {
    const asked = ask({ videoUrl: FILM }, { internet: { [FILM]: redirect(location) } });
    await assert.rejects(asked.answer, { code: "video_host_not_allowed" }, location);
    assert.deepEqual(asked.fetched, [`${FILM} bytes=0-0`], location);
  }
  for (const location of ["", "https://", "https://[::1"]) {
    const { answer } = ask({ videoUrl: FILM }, { internet: { [FILM]: redirect(location) } });
    await assert.rejects(answer, { code: "video_unreachable" }, location);
  }
});

Deno.test("a redirect to an OSS host is not followed, for nothing is read there", async () => {
  let asks = 0;
  const answers = { "rpc/find_video_host": () => ({ body: (asks += 1) > 2 ? "oss" : "http" }) };
  const internet = { [FILM]: redirect("https://b.oss.example/a.mp4") };
  const asked = ask({ videoUrl: FILM }, { answers, internet });
  await assert.rejects(asked.answer, { code: "video_host_not_allowed" });
  assert.equal(asked.fetched.length, 1);
});

Deno.test("only addresses of the public internet are public", () => {
  const inside = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:93.184.216.34",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:1ff::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "",
    "x",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.0x4",
    "2606:4700::1%eth0",
    "2606:4700",
    ":::",
  ];
  for (const address of inside) assert.equal(isPublic(address), false, address);
  const outside = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "93.184.216.34",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2400:cb00::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
  ];
  for (const address of outside) assert.equal(isPublic(address), true, address);
});

/** What goes wrong outside is logged, which a test need not show. */
async function quietly(act: () => Promise<void>): Promise<void> {
  const log = console.error;
  console.error = () => {};
  try {
    await act();
  } finally {
    console.error = log;
  }
}
