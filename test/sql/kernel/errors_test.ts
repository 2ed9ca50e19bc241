// The catalogue of refusals.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { scene } from "../../support/people.ts";
import { filesBelow } from "../files.ts";
import { AT_THE_DOOR } from "../refuses.ts";

type Refusal = { code: string; status: number; message_en: string; message_zh: string };

const STATUSES = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 502, 503];

const CATALOGUE = "select * from chat_private.refusals()";

scene("a code is a word, a status and a sentence in two languages, once", async ({ world }) => {
  const refusals = await world.query<Refusal>(CATALOGUE);
  assert.equal(new Set(refusals.map(({ code }) => code)).size, refusals.length);
  for (const { code, status, message_en, message_zh } of refusals) {
    assert.match(code, /^[a-z]+(_[a-z]+)*$/);
    assert.ok(STATUSES.includes(status), code);
    assert.match(message_en, /^[A-Z].*\.$/);
    assert.match(message_zh, /。$/);
    assert.equal(code.endsWith("_not_found"), status === 404, code);
  }
});

scene("every refusal is provoked by some test", async ({ world }) => {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const tests = [
    ...await filesBelow(folder, "_test.ts"),
    ...await filesBelow(fileURLToPath(new URL("../../functions", import.meta.url)), "_test.ts"),
  ];
  const sources = tests
    .filter(({ path }) => !path.endsWith("errors_test.ts"))
    .map(({ text }) => text)
    .join("\n");
  const missing = (await world.query<Refusal>(CATALOGUE)).filter(({ code, status }) =>
    !new RegExp(AT_THE_DOOR.includes(code) ? `"${code}"` : `"PT${status}",\\s*"${code}"`)
      .test(sources)
  );
  assert.deepEqual(missing, []);
});
