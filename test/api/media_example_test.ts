// The example of a film runs to its end.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sharedPlace } from "../support/api.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/send_video.ts", import.meta.url));

Deno.test("a film is sent with its cover, played and taken back, with plain supabase-js", async () => {
  const { apiUrl } = await sharedPlace();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", EXAMPLE],
    env: { API_URL: apiUrl },
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const said = new TextDecoder().decode(stdout);
  assert.match(said, /He sees the cover and plays the film\./);
  assert.match(said, /Bob's link is dead, and the file is gone for everybody\./);
});
