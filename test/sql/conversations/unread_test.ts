// The number of unread messages, against counting them one by one.
import assert from "node:assert/strict";
import { type Person, scene } from "../../support/people.ts";

// Numbers that look random and are the same every time (Lehmer).
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => (state = (state * 48_271) % 2_147_483_647) % sides;
}

for (const seed of [7, 42, 2026]) {
  scene(`unread is exact, whatever happens (history ${seed})`, async ({ alice, bob, world }) => {
    const roll = dice(seed);
    await world.befriend(alice, bob);
    const chat = await world.direct(alice, bob);
    const says: (Person | null)[] = [null]; // the system said something first
    const floor = new Map([[alice, 0], [bob, 0]]);

    for (let step = 0; step < 60; step++) {
      const person = roll(2) === 0 ? alice : bob;
      switch (roll(8)) {
        case 0: {
          const seq = roll(says.length + 3);
          await person.call("mark_read", { conversation_id: chat, seq });
          floor.set(person, Math.max(floor.get(person) ?? 0, Math.min(seq, says.length)));
          break;
        }
        case 1:
          if (roll(4) > 0) break;
          await person.call("clear_history", { conversation_id: chat });
          floor.set(person, says.length);
          break;
        case 2: {
          const other = person === alice ? bob : alice;
          await person.call("remove_friend", { user_id: other });
          await world.befriend(other, person);
          says.push(null);
          break;
        }
        default:
          await person.says(chat, `step ${step}`);
          says.push(person);
      }
      for (const reader of [alice, bob]) {
        const unread = says.slice(floor.get(reader)).filter((by) => by !== null && by !== reader);
        assert.equal((await reader.item(chat))?.unread, unread.length, `after step ${step}`);
      }
    }
  });
}
