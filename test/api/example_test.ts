// The examples run to their end.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sharedPlace } from "../support/api.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/two_people.ts", import.meta.url));

Deno.test("two people meet and talk, with plain supabase-js", async () => {
  const { apiUrl } = await sharedPlace();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", EXAMPLE],
    env: { API_URL: apiUrl },
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const said = new TextDecoder().decode(stdout);
  assert.match(said, /Both hold the same 5 messages, and nothing is unread\./);
});
