// The chat where there is no more than in a mini-program: it signs up, talks, hears, and sends a file.
import assert from "node:assert/strict";
import { eventually } from "../api/inbox.ts";
import { story } from "../support/api.ts";

story("somebody in a mini-program talks with somebody in a browser", async (cast) => {
  const bob = await cast.signUp("bob");
  const program = new URL("./mini_program.ts", import.meta.url).href;
  await using mini = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", program, cast.place.apiUrl, bob.id],
    stderr: "inherit",
  }).spawn();
  let hasEnded = false;
  mini.status.then(() => hasEnded = true);

  const heard = async () => {
    const { data } = await bob.supabase.from("messages").select("conversation_id, kind, body")
      .eq("kind", "text");
    return data?.[0];
  };
  await eventually(
    async () => hasEnded || await heard() !== undefined,
    "Bob heard nothing",
    30_000,
  );
  const message = await heard();
  assert.ok(message, "the program ended before it said anything");
  assert.deepEqual(message.body, { text: "你好 😀" });
  await bob.says(message.conversation_id, "echo");
  assert.equal((await mini.status).code, 0);
  const { data: files } = await bob.supabase.from("messages").select("body").eq("kind", "file");
  assert.equal(files?.length, 1);
});
