// What only browsers can: read a film, hear a microphone, and go on with an upload after a reload.
import assert from "node:assert/strict";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import type { CheckedMedia } from "../../functions/_shared/contract.ts";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { launch } from "./launch.ts";
import { assertSame, download } from "../support/media.ts";
import { story } from "../support/api.ts";
import { loudnessOf, waveformOf } from "../../client/media/loudness.ts";

const MB = 1024 * 1024;
const CLIENT = fileURLToPath(new URL("../../client/", import.meta.url));

/** The client as a page loads it: everything as `kit`. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export { createClient } from "@supabase/supabase-js";
        export { createChat } from "./index.ts";
        export { sendInParts } from "./media/resumable.ts";
        export { takePicture } from "./media/take_picture.ts";
        export { recordVoice } from "./media/record_voice.ts";`,
      resolveDir: CLIENT,
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "kit",
  });
  return outputFiles[0]!.text;
}

// deno-lint-ignore no-explicit-any -- of the page, where there are no types
type Page = any;

story(
  "a browser makes covers, records, and goes on with an upload after a reload",
  async (cast) => {
    const alice = await cast.signUp("alice");
    const { data } = await alice.supabase.auth.getSession();
    const film = await Deno.readFile(new URL("../../examples/clip.mp4", import.meta.url));
    const script = await bundle();
    await using browser = await launch();
    await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
      const isScript = new URL(request.url).pathname === "/kit.js";
      return isScript
        ? new Response(script, { headers: { "content-type": "text/javascript" } })
        : new Response("<!doctype html><script src=/kit.js></script>", {
          headers: { "content-type": "text/html" },
        });
    });
    const page = await browser.newPage();
    const open = async () => {
      await page.goto(`http://127.0.0.1:${server.addr.port}/`);
      await page.evaluate(async ({ url, key, session }: Page) => {
        const { kit } = globalThis as Page;
        const supabase = kit.createClient(url, key, { auth: { persistSession: false } });
        await supabase.auth.setSession(session);
        const { sendInParts: parts, takePicture } = kit;
        Object.assign(globalThis, {
          chat: kit.createChat(supabase, { media: { parts, takePicture } }),
        });
      }, { url: cast.place.apiUrl, key: PUBLISHABLE_KEY, session: data.session });
    };
    await open();

    // The film is 14 MB by bytes at its end, as the same file on the disk each time.
    const upload = (bytes: number[], length: number, stopAt: number): Promise<Page> =>
      page.evaluate(({ bytes, length, stopAt }) => {
        const whole = new Uint8Array(length);
        whole.set(bytes);
        const padding = new DataView(whole.buffer, bytes.length);
        padding.setUint32(0, padding.byteLength);
        whole.set(new TextEncoder().encode("free"), bytes.length + 4);
        const file = new File([whole], "Clip.mp4", { type: "video/mp4", lastModified: 1 });
        const progress: number[] = [];
        return new Promise((resolve, reject) => {
          const upload = (globalThis as Page).chat.media.upload(file, {
            kind: "video",
            onProgress: (sent: number) => {
              progress.push(sent);
              if (sent < stopAt) return;
              upload.pause();
              resolve({ progress });
            },
          });
          upload.done.then((media: CheckedMedia) => resolve({ media, progress }), reject);
        });
      }, { bytes, length, stopAt });
    await upload([...film], 14 * MB, 7 * MB);
    await open();
    const { media, progress } = await upload([...film], 14 * MB, Infinity);
    assert.ok(progress[0] >= 6 * MB, `it began anew, at ${progress[0]}`);
    const arrived = await download(alice, media);
    assert.deepEqual([arrived?.length, media.width, media.height], [14 * MB, 320, 180]);
    assertSame(arrived?.subarray(0, film.length), film);

    const { cover, picture } = await page.evaluate(async ({ bytes, media }: Page) => {
      const { chat, kit } = globalThis as Page;
      const file = new Blob([new Uint8Array(bytes)], { type: "video/mp4" });
      const picture = await kit.takePicture(file, { time: 99_000, width: 160 });
      const cover = await chat.media.makeCover(media, { file, width: 160 });
      return { cover, picture: picture && { type: picture.type, size: picture.size } };
    }, { bytes: [...film], media });
    assert.deepEqual([cover.bucket, cover.width, cover.height], ["chat-covers", 160, 90]);
    assert.equal(picture?.type, "image/jpeg", "the browser could not read the film");
    const { file_name } = await alice.verb("get_upload", {
      bucket: cover.bucket,
      path: cover.path,
    });
    assert.equal(file_name, "cover.jpeg", "the server made it");

    const voice = await page.evaluate(async () => {
      const { chat, kit } = globalThis as Page;
      const recording = await kit.recordVoice();
      const begun = performance.now();
      while (performance.now() - begun < 1_000 || recording.level() === 0) {
        await new Promise((globalThis as Page).requestAnimationFrame);
      }
      const { file, ...words } = await recording.finish();
      return { words, media: await chat.media.upload(file, { kind: "audio", ...words }).done };
    });
    assert.ok(voice.words.duration >= 1_000);
    assert.ok(Math.max(...voice.words.waveform) === 100 && voice.words.waveform.length <= 128);
    assert.deepEqual(voice.media.waveform, voice.words.waveform);
  },
);

Deno.test("a waveform is at most 128 bars, the loudest one full, and silence is none", () => {
  assert.equal(loudnessOf(new Uint8Array([128, 64, 130])), 0.5);
  assert.deepEqual(waveformOf([]), [0]);
  assert.deepEqual(waveformOf([0.1, 0.2, 0]), [50, 100, 0]);
  assert.deepEqual(waveformOf([0.01]), [20], "a whisper stays one");
  const bars = waveformOf(Array.from({ length: 1_000 }, (_, i) => i / 1_000));
  assert.deepEqual([bars.length, bars[127]], [128, 100]);
});
