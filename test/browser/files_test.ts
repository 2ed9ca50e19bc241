import assert from "node:assert/strict";
import { scene } from "./place.ts";

const FILM = await Deno.readFile(new URL("../../examples/clip.mp4", import.meta.url));
const encoder = new TextEncoder();

scene("a picture and a video with its cover arrive, and the video plays", async (stage) => {
  const [alice, bob] = await stage.friends();
  const picture = await alice.page.screenshot();
  await alice.attach({ name: "page.png", mimeType: "image/png", buffer: picture });
  const thumbnail = bob.messages.getByRole("button", { name: "Open picture: page.png" });
  await thumbnail.locator("img").waitFor();
  assert.ok(await thumbnail.locator("img").evaluate(isDrawn));
  await thumbnail.click();
  await bob.page.getByRole("dialog").getByRole("img").waitFor();
  await bob.page.keyboard.press("Escape");
  await bob.page.getByRole("dialog").waitFor({ state: "detached" });

  await alice.attach({ name: "clip.mp4", mimeType: "video/mp4", buffer: FILM });
  const film = bob.messages.getByRole("button", { name: "Play video: clip.mp4" });
  await film.getByText("0:04").waitFor();
  assert.ok(await film.locator("img").evaluate(isDrawn), "the cover");
  await stage.pictures("files");
  await film.click();
  await bob.page.locator("video").evaluate(untilPlaying);
});

scene("a file arrives under its name, and is saved as what was sent", async (stage) => {
  const [alice, bob] = await stage.friends();
  await alice.attach({
    name: "Список <b>.txt",
    mimeType: "text/plain",
    buffer: encoder.encode("Bread, milk"),
  });
  const card = bob.messages.getByRole("button", { name: "Download Список <b>.txt" });
  const saving = bob.page.waitForEvent("download");
  await card.click();
  const download = await saving;
  assert.equal(await Deno.readTextFile(await download.path()), "Bread, milk");
  assert.match(download.suggestedFilename(), /^Список .*\.txt$/);
});

scene("a voice message is recorded, sent and played", async (stage) => {
  const [alice, bob] = await stage.friends();
  await alice.page.getByRole("button", { name: "Record a voice message" }).click();
  await alice.page.getByRole("timer").getByText("0:01").waitFor();
  await alice.page.getByRole("button", { name: "Send" }).click();

  await bob.messages.getByRole("button", { name: /Play voice message/ }).click();
  await bob.messages.getByRole("button", { name: /Pause voice message/ }).waitFor();
  await bob.messages.locator(".bars [data-played=true]").first().waitFor();
});

scene("an upload that is refused says why, and can be given up", async (stage) => {
  const [alice] = await stage.friends();
  await alice.attach({
    name: "not-a-picture.png",
    mimeType: "image/png",
    buffer: encoder.encode("These are only words."),
  });
  await alice.messages.getByText("The file is not what its type says.").waitFor();
  await alice.page.getByRole("button", { name: "Discard" }).click();
  await alice.messages.getByText("not-a-picture.png").waitFor({ state: "detached" });
  alice.forgive(/status of 415/);
});

scene("a picture of oneself is shown to friends", async (stage) => {
  const [alice, bob] = await stage.friends();
  const face = await alice.page.screenshot({ clip: { x: 0, y: 0, width: 64, height: 64 } });
  await alice.tab("Me").click();
  await alice.page.locator("input[type=file][accept]").setInputFiles({
    name: "me.png",
    mimeType: "image/png",
    buffer: face,
  });
  await bob.page.locator(".chat-header img.avatar").waitFor();
});

// What follows runs in the page, on elements whose types Deno does not know.

type Loading = { onload: () => void; onerror: () => void };
type Image = Loading & { complete: boolean; naturalWidth: number };
type Video = Loading & { currentTime: number; error: unknown; ontimeupdate: () => void };

function isDrawn(image: Image): boolean | Promise<boolean> {
  if (image.complete) return image.naturalWidth > 0;
  return new Promise((resolve) => {
    image.onload = () => resolve(true);
    image.onerror = () => resolve(false);
  });
}

function untilPlaying(video: Video): void | Promise<void> {
  if (video.currentTime > 0) return;
  return new Promise((resolve, reject) => {
    video.ontimeupdate = () => resolve();
    video.onerror = () => reject(video.error);
  });
}
