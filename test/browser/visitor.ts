// A person in front of the page, who sees what is on it and presses what is there.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Session } from "@supabase/supabase-js";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";

export type Manner = Pick<
  BrowserContextOptions,
  "viewport" | "locale" | "colorScheme" | "hasTouch"
>;

export type Entrance = {
  readonly url: string;
  readonly name: string;
  readonly manner: Manner;
  readonly session: Session | null;
};

const DESKTOP: Manner = {
  viewport: { width: 1280, height: 800 },
  locale: "en-GB",
};
/** Longer than anything here takes; a locator that never comes fails with its name. */
const PATIENCE = 15_000;

export class Visitor implements AsyncDisposable {
  readonly name: string;
  readonly username: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: string[] = [];

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.username = `${name.toLowerCase().replace(/[^a-z]/g, "")}-${
      crypto.randomUUID().slice(0, 8)
    }`;
    this.context = context;
    this.page = page;
  }

  static async open(
    browser: Browser,
    url: string,
    name: string,
    manner: Manner,
    session: Session | null,
  ): Promise<Visitor> {
    const context = await browser.newContext({ ...DESKTOP, ...manner });
    context.setDefaultTimeout(PATIENCE);
    const visitor = new Visitor(name, context, await context.newPage());
    visitor.page.on("pageerror", (error) => visitor.complaints.push(error.message));
    visitor.page.on("console", (message) => {
      if (message.type() === "error") visitor.complaints.push(message.text());
    });
    if (session) {
      // As supabase-js keeps it: the project's name is the first part of the host.
      const key = `sb-${new URL(url).hostname.split(".")[0]}-auth-token`;
      const state = `localStorage.getItem(${JSON.stringify(key)}) ??
        localStorage.setItem(${JSON.stringify(key)}, ${JSON.stringify(JSON.stringify(session))})`;
      await context.addInitScript({ content: state });
    }
    await visitor.page.goto(url);
    return visitor;
  }

  /** A new account. */
  async signUp(): Promise<void> {
    const { page } = this;
    await page.getByRole("button", { name: "I am new here" }).click();
    await page.getByLabel("Nickname").fill(this.name);
    await page.getByLabel("E-mail").fill(`${this.username}@example.com`);
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign up", exact: true }).click();
    await this.tab("Chats").waitFor();
  }

  /** A username, by which others can find this person. */
  async chooseUsername(): Promise<void> {
    await this.tab("Me").click();
    await this.page.getByLabel("Username").fill(this.username);
    await this.page.getByRole("button", { name: "Save" }).click();
    await this.page.getByText(`@${this.username}`).waitFor();
  }

  async askToBeFriends(other: Visitor, note: string): Promise<void> {
    await this.tab("People").click();
    await this.page.getByLabel("Username").fill(other.username);
    await this.page.getByRole("button", { name: "Find" }).click();
    await this.page.getByLabel("A few words to them").fill(note);
    await this.page.getByRole("button", { name: "Add friend" }).click();
    await this.page.getByText("The request has been sent.").waitFor();
  }

  async acceptFriend(other: Visitor): Promise<void> {
    await this.tab("People").click();
    const request = this.page.getByRole("region", { name: "Friend requests" })
      .getByRole("listitem")
      .filter({ hasText: other.name });
    await request.getByRole("button", { name: "Accept" }).click();
    await request.waitFor({ state: "detached" });
  }

  /** Opens a conversation from the list. */
  async openChat(title: string): Promise<void> {
    await this.tab("Chats").click();
    await this.page.locator("a.row-main").filter({ hasText: title }).click();
    await this.composer.waitFor();
  }

  /** Back to the list alone. */
  async leaveChat(): Promise<void> {
    await this.page.evaluate("location.hash = '#/chats'");
    await this.composer.waitFor({ state: "detached" });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** Waits until a text stands among the messages. */
  async sees(text: string | RegExp): Promise<void> {
    await this.messages.getByText(text).last().waitFor();
  }

  async attach(
    ...files: { name: string; mimeType: string; buffer: Uint8Array }[]
  ): Promise<void> {
    await this.page.locator(".composer input[type=file]").setInputFiles(
      files.map((file) => ({ ...file, buffer: Buffer.from(file.buffer) })),
    );
  }

  /** Chooses from the menu of the message that has this text. */
  async choose(text: string, item: string): Promise<void> {
    const line = this.messages.locator("li.said").filter({ hasText: text })
      .last();
    await line.hover();
    await line.getByRole("button", { name: "Do something with this message" })
      .click();
    await this.page.getByRole("menuitem", { name: item, exact: true }).click();
  }

  tab(name: string): Locator {
    return this.page.getByRole("navigation").getByRole("button", { name });
  }

  get composer(): Locator {
    return this.page.locator("#composer");
  }

  get messages(): Locator {
    return this.page.getByRole("log");
  }

  /** What is held of each message on screen: to see that nothing came twice. */
  async texts(): Promise<string[]> {
    return await this.messages.locator(".said .text").allTextContents();
  }

  /** Complaints that belong to what the test does. */
  forgive(expected: RegExp): void {
    const others = this.complaints.filter((text) => !expected.test(text));
    this.complaints.splice(0, Infinity, ...others);
  }

  checkComplaints(): void {
    assert.deepEqual(this.complaints, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
