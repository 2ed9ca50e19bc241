// Where browser tests play: one stack and one browser for a file, people of its own for each test.
import type { Browser } from "playwright-core";
import { Cast, type Person, type Place, sharedPlace } from "../support/api.ts";
import { launch } from "./launch.ts";
import { type Manner, Visitor } from "./visitor.ts";

let opened: Promise<Browser> | null = null;
Deno.test.afterAll(async () => await (await opened)?.close());

/** Where pictures of what was seen are kept; without it, nowhere. */
const PICTURES = Deno.env.get("SCREENSHOTS");

/** Who comes, and how. */
export type Visit = Manner & {
  /** Signed in already, as whom. */
  readonly as?: Person;
  /** Of the address they come by. */
  readonly query?: string;
};

export class Scene implements AsyncDisposable {
  /** Who acts without a page, where the page is not what is asked about. */
  readonly cast: Cast;
  readonly url: string;
  readonly #browser: Browser;
  readonly #visitors: Visitor[] = [];

  constructor(browser: Browser, place: Place) {
    this.#browser = browser;
    this.url = place.apiUrl;
    this.cast = new Cast(place);
  }

  /** Somebody who comes to the page. */
  async visitor(name: string, { as: person, query = "", ...manner }: Visit = {}): Promise<Visitor> {
    const session = person && (await person.supabase.auth.getSession()).data.session;
    const url = `${this.url}/${query}`;
    const visitor = await Visitor.open(this.#browser, url, name, manner, session ?? null);
    this.#visitors.push(visitor);
    return visitor;
  }

  /** Two friends, each with the conversation open. */
  async friends(one: Visit = {}, other: Visit = {}): Promise<[Visitor, Visitor]> {
    const [alice, bob] = await this.cast.friends("alice", "bob");
    const visitors = await Promise.all([
      this.visitor("Alice", { ...one, as: alice }),
      this.visitor("Bob", { ...other, as: bob }),
    ]);
    await Promise.all([visitors[0].openChat("Bob"), visitors[1].openChat("Alice")]);
    return visitors;
  }

  /** Keeps what somebody sees now. */
  async picture(visitor: Visitor, title: string): Promise<void> {
    if (PICTURES) await visitor.page.screenshot({ path: `${PICTURES}/${title}.png` });
  }

  async pictures(title: string): Promise<void> {
    for (const visitor of this.#visitors) await this.picture(visitor, `${title} (${visitor.name})`);
  }

  check(): void {
    for (const visitor of this.#visitors) visitor.checkComplaints();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#visitors.map((visitor) => visitor[Symbol.asyncDispose]()));
    await this.cast[Symbol.asyncDispose]();
  }
}

/** One test. The browser may not complain about anything in it. */
export function scene(name: string, play: (scene: Scene) => Promise<void>): void {
  Deno.test(name, async () => {
    const place = await sharedPlace();
    await using stage = new Scene(await (opened ??= launch()), place);
    try {
      await play(stage);
      stage.check();
    } catch (error) {
      await stage.pictures(`failed - ${name}`);
      throw error;
    }
  });
}
