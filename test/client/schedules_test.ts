// Thousands of random schedules: whatever the network does, in the end every device shows what is in the database.
// `CLIENT_SCHEDULES=10000` runs more of them; `CLIENT_SEED=…` repeats a run.
import fc from "fast-check";
import type { Step, Weather } from "./step.ts";
import { World } from "./world.ts";

const RUNS = Number(Deno.env.get("CLIENT_SCHEDULES") ?? 2_000);
const SEED = Number(Deno.env.get("CLIENT_SEED") ?? Date.now() % 1_000_000_000);

const device = fc.integer({ min: 0, max: 2 });
const place = fc.integer({ min: 0, max: 2 });
const person = fc.integer({ min: 0, max: 2 });
const back = fc.integer({ min: 0, max: 12 });
const yes = fc.boolean();

function step<Name extends Step["do"]>(name: Name, rest: Record<string, fc.Arbitrary<unknown>>) {
  // Each name is given with the values that belong to it.
  return fc.record({ do: fc.constant(name), ...rest }) as unknown as fc.Arbitrary<Step>;
}

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: step("pass", { milliseconds: fc.constantFrom(20, 400, 3_000, 40_000) }),
  },
  { weight: 6, arbitrary: step("send", { device, place }) },
  { weight: 1, arbitrary: step("sendRefused", { device, place }) },
  { weight: 8, arbitrary: step("say", { person, place, mentions: yes }) },
  { weight: 4, arbitrary: step("revoke", { place, back }) },
  { weight: 2, arbitrary: step("revokeHere", { device, place }) },
  { weight: 2, arbitrary: step("read", { device, place }) },
  ...(["readSome", "pin", "mute", "hide", "clear", "leave"] as const).map((name) => ({
    weight: 1,
    arbitrary: step(name, { device, place }),
  })),
  ...(["open", "older", "newer", "newest"] as const).map((name) => ({
    weight: 1,
    arbitrary: step(name, { device, place }),
  })),
  { weight: 2, arbitrary: step("around", { device, place, back }) },
  ...(["kill", "expire", "close", "break", "signOut", "signIn", "refresh"] as const).map((
    name,
  ) => ({ weight: 1, arbitrary: step(name, { device }) })),
  ...(["online", "asleep", "visible"] as const).map((name) => ({
    weight: 2,
    arbitrary: step(name, { device, is: yes }),
  })),
  { weight: 2, arbitrary: step("member", { is: yes, hides: yes }) },
  { weight: 1, arbitrary: step("friends", { is: yes }) },
  { weight: 1, arbitrary: step("rename", { person }) },
  { weight: 1, arbitrary: step("realtimeRestart", {}) },
);

// Where races are: one conversation, one device, things that cross each other on their way.
const busyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: step("pass", { milliseconds: fc.constantFrom(20, 60, 400, 2_500) }) },
  { weight: 8, arbitrary: step("say", { person, place: fc.constant(0), mentions: yes }) },
  { weight: 6, arbitrary: step("revoke", { place: fc.constant(0), back: fc.nat(7) }) },
  ...(["send", "older", "newer", "newest", "read", "readSome", "clear", "open"] as const).map((
    name,
  ) => ({ weight: 1, arbitrary: step(name, { device: fc.constant(0), place: fc.constant(0) }) })),
  {
    weight: 3,
    arbitrary: step("around", { device: fc.constant(0), place: fc.constant(0), back }),
  },
  ...(["kill", "refresh", "break", "signOut"] as const).map((name) => ({
    weight: 1,
    arbitrary: step(name, { device: fc.constant(0) }),
  })),
);

const OPEN: Step = { do: "open", device: 0, place: 0 };

const schedule = fc.record({
  steps: fc.oneof(
    fc.array(anyStep, { maxLength: 40, size: "max" }),
    fc.array(busyStep, { maxLength: 40, size: "max" }).map((steps) => [OPEN, ...steps]),
  ),
  fates: fc.array(fc.integer({ min: 0, max: 23 }), { maxLength: 60, size: "max" }),
  pageSize: fc.constantFrom(500, 3, 1),
  isRead: yes,
});

type Schedule = Omit<Weather, "losesAllPushes"> & { steps: Step[] };

async function play({ steps, ...weather }: Schedule, losesAllPushes: boolean): Promise<void> {
  const world = new World({ ...weather, losesAllPushes });
  for (const one of steps) await world.take(one);
  await world.calmDown();
  await world.assertAllTold();
  if (!losesAllPushes) await world.assertListening();
}

async function playMany(runs: number, losesAllPushes: boolean): Promise<void> {
  console.log(`${runs} schedules, seed ${SEED}`);
  await fc.assert(
    fc.asyncProperty(schedule, (one) => play(one, losesAllPushes)),
    { numRuns: runs, seed: SEED },
  );
}

Deno.test("whatever is lost, late or doubled, every device ends with what the database holds", () =>
  playMany(Math.ceil(RUNS * 0.8), false));

Deno.test("the same when every push is lost", () => playMany(Math.ceil(RUNS * 0.2), true));
