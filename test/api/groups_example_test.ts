// The example of groups and revoking runs to its end.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { sharedPlace } from "../support/api.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/group_and_revoke.ts", import.meta.url));

Deno.test("a group talks, a message is taken back and a guest is removed, with plain supabase-js", async () => {
  const { apiUrl } = await sharedPlace();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", EXAMPLE],
    env: { API_URL: apiUrl },
    stdin: "null",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const said = new TextDecoder().decode(stdout);
  assert.match(said, /Only Bob gets it back to edit: The password is swordfish/);
  assert.match(said, /For the guest, the group does not exist\./);
});
