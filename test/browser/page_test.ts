import assert from "node:assert/strict";
import { faults } from "./accessibility.ts";
import { scene } from "./place.ts";
import type { Visitor } from "./visitor.ts";

/** The client asks for friend requests, which guests do not have. */
const GUESTS_CANNOT = /status of 403/;
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

scene(
  "on a phone one thing is shown at a time, and nothing is wider than the screen",
  async (stage) => {
    const [alice] = await stage.friends(PHONE);
    await alice.say("https://example.com/" + "a".repeat(200));
    await alice.sees("a".repeat(200));
    assert.equal(await alice.tab("Chats").isVisible(), false);
    await assertFits(alice);

    await alice.page.getByRole("button", { name: "About this chat" }).click();
    await alice.page.getByRole("complementary", { name: "About this chat" }).waitFor();
    assert.equal(await alice.composer.isVisible(), false);
    await assertFits(alice);

    await alice.page.goBack();
    await alice.composer.waitFor();
    await alice.page.getByRole("button", { name: "Back" }).click();
    for (const tab of ["Chats", "People", "Me"]) {
      await alice.tab(tab).click();
      await alice.page.getByRole("heading", { name: tab }).waitFor();
      await assertFits(alice);
      await stage.picture(alice, `phone ${tab}`);
    }
  },
);

scene("everything in a conversation can be done by keyboard", async (stage) => {
  const [first, second] = await stage.cast.friends("alice", "bob");
  await second.says((await first.verb("list_conversations"))[0]!.id, "Press a key");
  await first.verb("create_group", { name: "Quiet place" });
  const { page, ...alice } = await stage.visitor("Alice", { as: first }).then(visible);

  await page.locator("a.row-main").first().focus();
  await page.keyboard.press("ArrowDown");
  assert.match(await focused(), /Bob/);
  await page.keyboard.press("Enter");
  await alice.composer.waitFor();
  await page.locator("#composer:focus").waitFor();
  await page.keyboard.type("One");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("Two");
  await page.keyboard.press("Enter");
  await alice.messages.getByText("One\nTwo").waitFor();

  const menu = alice.messages.getByRole("button", { name: "Do something with this message" })
    .first();
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Reply" }).waitFor();
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(), "Forward");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.getByText("Reply to Bob").waitFor();
  await page.locator("#composer:focus").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Reply to Bob").waitFor({ state: "detached" });

  async function focused(): Promise<string> {
    return await page.evaluate("document.activeElement.textContent");
  }
});

scene("the page speaks Chinese to whoever's browser does, refusals too", async (stage) => {
  const visitor = await stage.visitor("Mei", { locale: "zh-CN" });
  const { page } = visitor;
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-CN");
  await page.getByLabel("邮箱").fill("nobody@example.com");
  await page.getByLabel("密码").fill("wrong password");
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.getByText("邮箱或密码不正确。").waitFor();
  visitor.forgive(/status of 400/);
  await page.getByRole("button", { name: "以游客身份进入" }).click();
  await page.getByRole("button", { name: "通讯录" }).click();
  await page.getByLabel("用户名").fill("somebody-who-is-not-there");
  await page.getByRole("button", { name: "查找" }).click();
  await page.getByText("用户不存在或无法联系。").waitFor();
  visitor.forgive(/status of 404/);
  visitor.forgive(GUESTS_CANNOT);
  await stage.picture(visitor, "chinese");

  await page.getByRole("button", { name: "我", exact: true }).click();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("heading", { name: "Me" }).waitFor();
  await page.reload();
  await visitor.tab("People").waitFor();
  visitor.forgive(GUESTS_CANNOT);
});

scene("a guest keeps the account with an e-mail, and can sign in with it again", async (stage) => {
  const gus = await stage.visitor("Gus");
  const { page } = gus;
  await page.getByRole("button", { name: "Go on as a guest" }).click();
  await gus.tab("Me").click();
  const form = page.getByRole("form", { name: "Keep this account" });
  await form.getByLabel("E-mail").fill(`${gus.username}@example.com`);
  await form.getByLabel("Password").fill("correct horse battery");
  await form.getByRole("button").click();
  await page.getByLabel("Username").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("E-mail").fill(`${gus.username}@example.com`);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await gus.tab("Me").click();
  await page.getByLabel("Username").waitFor();
  gus.forgive(GUESTS_CANNOT);
});

scene("hostile names and words are shown as what they are: text", async (stage) => {
  const [alice, mallory] = await stage.cast.friends("alice", "mallory");
  const name = "<img src=x onerror=alert(1)>";
  const words = [
    "<script>document.title = 'mine'</script>",
    "javascript:alert(1) data:text/html,<b>x</b>",
    "https://example.com/?<script>alert(1)</script>",
    "\u202Ethis is turned around\u2069\u2069",
    "]]>{{constructor.constructor('alert(1)')()}}${alert(1)}",
  ];
  await mallory.verb("set_profile", { nickname: name });
  const id = (await mallory.verb("list_conversations"))[0]!.id;
  for (const text of words) await mallory.says(id, text);

  const victim = await stage.visitor("Alice", { as: alice, query: `#/chats/${id}` });
  victim.page.on("dialog", (dialog) => victim.complaints.push(dialog.message()));
  await victim.sees("constructor");
  assert.deepEqual(await victim.texts(), words);
  await victim.page.getByRole("heading", { name }).waitFor();
  assert.equal(await victim.page.locator("[src=x], [onerror], .messages script").count(), 0);
  const links = await victim.messages.locator("a").evaluateAll(
    (elements: { href: string; rel: string }[]) => elements.map(({ href, rel }) => ({ href, rel })),
  );
  assert.deepEqual(links, [{ href: "https://example.com/", rel: "noopener noreferrer nofollow" }]);
  await stage.picture(victim, "hostile");
});

scene("older messages come in above without moving what one reads", async (stage) => {
  const [first, second] = await stage.cast.friends("alice", "bob");
  const id = (await first.verb("list_conversations"))[0]!.id;
  for (let i = 1; i <= 120; i += 1) await second.says(id, `Number ${i}`);
  const alice = await stage.visitor("Alice", { as: first, query: `#/chats/${id}` });
  await alice.sees("Number 120");
  assert.equal(await alice.page.getByText("Number 20", { exact: true }).count(), 0);

  const text = await alice.messages.locator(".said .text").first().textContent();
  const held = alice.messages.locator(".said").filter({ hasText: new RegExp(`${text}$`) });
  await alice.messages.hover();
  await alice.page.mouse.wheel(0, -100_000);
  await alice.messages.locator(".said").nth(90).waitFor();
  const { y } = await held.boundingBox() ?? { y: NaN };
  const { y: top } = await alice.messages.boundingBox() ?? { y: NaN };
  assert.ok(y > top && y < top + 200, `${text} is at ${y}, what is shown begins at ${top}`);
});

scene("controls have names, and text is dark enough, by day and by night", async (stage) => {
  const [alice, bob] = await stage.friends({ colorScheme: "light" }, { colorScheme: "dark" });
  await alice.say("How does it look?");
  await bob.say("https://example.com is easy to read.");
  await alice.sees("easy to read");
  const found: string[] = [];
  for (const person of [alice, bob]) {
    await person.page.getByRole("button", { name: "About this chat" }).click();
    for (const tab of ["Chats", "People", "Me"]) {
      if (tab !== "Chats") await person.tab(tab).click();
      await person.page.getByRole("heading", { name: tab, exact: true }).waitFor();
      found.push(...(await faults(person.page)).map((fault) => `${person.name}, ${tab}: ${fault}`));
    }
  }
  const stranger = await stage.visitor("Stranger");
  await stranger.page.getByRole("heading").waitFor();
  found.push(...await faults(stranger.page));
  assert.deepEqual(found, []);
});

scene(
  "the page is served under a strict policy, and leaves Supabase's paths alone",
  async (stage) => {
    const page = await stage.cast.http("/");
    assert.equal(page.status, 200);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    for (const path of ["/nothing", "/index.html", "/demo", "/rest", "/chunk-.js"]) {
      const answer = await stage.cast.http(path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.json?.message, "no Route matched with those values", path);
    }
    assert.equal((await stage.cast.http("/rest/v1/")).status, 401);
  },
);

async function assertFits({ page }: Visitor): Promise<void> {
  const width = await page.evaluate("document.documentElement.scrollWidth");
  assert.ok(Number(width) <= 390, `${width} px wide`);
}

/** The getters of a visitor too, for taking apart. */
function visible(visitor: Visitor) {
  const { page, composer, messages } = visitor;
  return { page, composer, messages };
}
