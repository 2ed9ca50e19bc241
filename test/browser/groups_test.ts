import assert from "node:assert/strict";
import { scene } from "./place.ts";

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

scene(
  "a group is made of friends, and a guest with a phone comes in by its link",
  async (stage) => {
    const [alice, bob] = await stage.friends();
    await alice.page.getByRole("button", { name: "New", exact: true }).click();
    await alice.page.getByRole("menuitem", { name: "New group" }).click();
    const dialog = alice.page.getByRole("dialog");
    await dialog.getByLabel("Name of the group").fill("Weekend");
    await dialog.getByLabel("Bob").check();
    await dialog.getByRole("button", { name: "New group" }).click();
    await alice.page.getByRole("heading", { name: "Weekend" }).waitFor();
    await bob.openChat("Weekend");

    await alice.page.getByRole("button", { name: "About this chat" }).click();
    await alice.page.getByRole("button", { name: "QR code and link" }).click();
    await dialog.getByRole("img", { name: "QR code of Weekend" }).waitFor();
    const code = await dialog.locator("code").textContent();
    await stage.picture(alice, "group code");
    await alice.page.keyboard.press("Escape");

    const gus = await stage.visitor("Gus", { ...PHONE, query: `?join=${code}` });
    await gus.page.getByRole("button", { name: "Go on as a guest" }).click();
    await gus.page.getByRole("dialog").getByText("2 members").waitFor();
    await stage.picture(gus, "group preview");
    await gus.page.getByLabel("A few words to the group").fill("I have a tent");
    await gus.page.getByRole("button", { name: "Ask to join" }).click();

    await alice.tab("People").click();
    await alice.page.getByText("I have a tent").waitFor();
    await alice.page.getByRole("button", { name: "Accept" }).click();
    await gus.openChat("Weekend");
    await gus.say("Hello everybody");
    await bob.sees("Hello everybody");
    assert.doesNotMatch(gus.page.url(), /join=/);
    gus.forgive(/status of 403/); // the client asks for friend requests, which guests do not have
  },
);

scene(
  "the owner of a group gives roles, silences and removes, and everybody sees it",
  async (stage) => {
    const [alice, bob] = await stage.cast.friends("alice", "bob");
    const { id } = await alice.verb("create_group", { name: "Team", user_ids: [bob.id] });
    const [owner, member] = await Promise.all([
      stage.visitor("Alice", { as: alice, query: `#/chats/${id}/info` }),
      stage.visitor("Bob", { as: bob, query: `#/chats/${id}` }),
    ]);
    const members = owner.page.getByRole("region", { name: "Members" });
    const choose = async (item: string) => {
      await members.getByRole("button", { name: "More about Bob" }).click();
      await owner.page.getByRole("menuitem", { name: item }).click();
    };

    await choose("Make admin");
    await members.getByText("Admin").waitFor();
    await member.sees("Alice gave you another role");

    await choose("Mute for 10 minutes");
    await member.page.getByText("You have been muted in this group.").waitFor();
    await choose("Lift the mute");
    await member.say("Thank you");
    await owner.sees("Thank you");

    await choose("Remove from the group");
    await owner.page.getByRole("button", { name: "Yes" }).click();
    await member.page.getByText("This chat is not here any more.").waitFor();
    await owner.sees("Alice removed Bob");
    member.forgive(/status of 404/); // Bob may have been reading when he was removed
  },
);

scene("somebody who is called by name in a group sees it in the list", async (stage) => {
  const [alice, bob] = await stage.cast.friends("alice", "bob");
  const { id } = await alice.verb("create_group", { name: "Team", user_ids: [bob.id] });
  const writer = await stage.visitor("Alice", { as: alice, query: `#/chats/${id}` });
  const reader = await stage.visitor("Bob", { as: bob });
  await writer.composer.pressSequentially("Tea @B");
  await writer.page.getByRole("list", { name: "Mention" }).getByRole("button", { name: "Bob" })
    .click();
  assert.equal(await writer.composer.inputValue(), "Tea @Bob ");
  await writer.composer.press("Enter");
  await reader.page.getByText("[@ you]").waitFor();
});
