import assert from "node:assert/strict";
import { scene } from "./place.ts";

scene(
  "two people become friends and talk, and what they said is there after a reload",
  async (stage) => {
    const [alice, bob] = [await stage.visitor("Alice"), await stage.visitor("Bob")];
    await Promise.all([alice.signUp(), bob.signUp()]);
    await bob.chooseUsername();
    await alice.askToBeFriends(bob, "It is me, Alice");
    await bob.acceptFriend(alice);
    await Promise.all([alice.openChat("Bob"), bob.openChat("Alice")]);

    await alice.say("Hello Bob!");
    await bob.sees("Hello Bob!");
    await bob.say("Hello Alice!");
    await alice.sees("Hello Alice!");
    await alice.say("Nice to meet you.");
    await alice.page.getByText("Read", { exact: true }).waitFor();

    await alice.choose("Hello Alice!", "Reply");
    await alice.say("You are quick");
    await bob.messages.locator(".quote").filter({ hasText: "Hello Alice!" })
      .waitFor();
    await stage.pictures("talk");

    const before = await alice.texts();
    await alice.page.reload();
    await alice.sees("You are quick");
    assert.deepEqual(await alice.texts(), before);
  },
);

scene(
  "somebody who was away sees how much is new, and where it begins",
  async (stage) => {
    const [alice, bob] = await stage.friends();
    await bob.leaveChat();
    for (const text of ["One", "Two", "Three"]) await alice.say(text);

    await bob.page.getByLabel("3 unread").waitFor();
    assert.match(await bob.page.title(), /^\(3\)/);
    await bob.openChat("Alice");
    await bob.messages.getByText("New messages").waitFor();
    await bob.page.getByLabel("3 unread").waitFor({ state: "detached" });
    await alice.page.getByText("Read", { exact: true }).waitFor();
  },
);

scene(
  "a message that is revoked is gone for the other one too, and can be edited again",
  async (stage) => {
    const [alice, bob] = await stage.friends();
    await alice.say("The pasword is swordfish");
    await bob.sees("swordfish");

    await alice.choose("swordfish", "Revoke");
    await bob.sees("Alice revoked a message");
    assert.equal(await bob.page.getByText("swordfish").count(), 0);

    await alice.page.getByRole("button", { name: "Edit again" }).click();
    assert.equal(await alice.composer.inputValue(), "The pasword is swordfish");
  },
);

scene(
  "what is said offline is sent once when the line is back",
  async (stage) => {
    const [alice, bob] = await stage.friends();

    await alice.context.setOffline(true);
    await alice.page.getByText("You are offline.").waitFor();
    await alice.say("From the tunnel");
    await alice.page.getByText("Sending …").waitFor();
    await bob.say("Where are you?");
    await stage.picture(alice, "offline");

    await alice.context.setOffline(false);
    await bob.sees("From the tunnel");
    await alice.sees("Where are you?");
    await alice.page.getByText("Sending …").waitFor({ state: "detached" });
    for (const person of [alice, bob]) {
      const texts = await person.texts();
      assert.equal(
        texts.filter((text) => text === "From the tunnel").length,
        1,
        person.name,
      );
      person.forgive(/ERR_INTERNET_DISCONNECTED/);
    }
  },
);

scene("what is refused says why, and can be given up", async (stage) => {
  const [alice, bob] = await stage.friends();
  await bob.page.getByRole("button", { name: "About this chat" }).click();
  await bob.page.getByRole("button", { name: "Block" }).click();
  await bob.page.getByRole("button", { name: "Yes" }).click();
  await bob.page.getByRole("button", { name: "Unblock" }).waitFor();

  await alice.say("Are you there?");
  await alice.messages.getByText(
    "There is no such person, or you cannot reach them.",
  ).waitFor();
  await stage.picture(alice, "refused");
  await alice.page.getByRole("button", { name: "Discard" }).click();
  await alice.messages.getByText("Are you there?").waitFor({
    state: "detached",
  });
  alice.forgive(/status of 404/);
});

scene(
  "several messages are forwarded as one record, which can be opened",
  async (stage) => {
    const [alice, bob] = await stage.friends();
    await alice.say("Milk");
    await alice.say("Bread");
    await bob.sees("Bread");

    await alice.choose("Milk", "Select");
    await alice.messages.getByLabel("Select").nth(1).check();
    await alice.page.getByRole("button", { name: "Forward as one" }).click();
    await alice.page.getByRole("dialog").getByText("Bob").click();
    await alice.page.getByRole("dialog").getByRole("button", {
      name: "Forward",
    }).click();

    await bob.messages.getByRole("button", { name: /Chat record/ }).click();
    const record = bob.page.getByRole("dialog");
    await record.getByText("Milk").waitFor();
    assert.deepEqual(await record.locator(".text").allTextContents(), [
      "Milk",
      "Bread",
    ]);
  },
);
