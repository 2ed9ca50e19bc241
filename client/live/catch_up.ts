// Brings the device to where the server is: one question at a time, repeated until nothing is open.
import { asChatError, type ChatError, isPassing } from "../errors.ts";
import { type Conversation, cursorOf, withListItem, withSyncItem } from "../store/conversation.ts";
import { addNotices, change, keep, type State, use } from "../store/state.ts";
import type { Transport } from "../transport.ts";
import type { ConversationPage, FriendRequest, SyncAnswer } from "../types.ts";
import { createBackOff } from "./back_off.ts";
import { askAbout } from "./hear.ts";

/**
 * `sync` is what moved; `list` is what sync does not bring: faces, the other one's marks, blocks; `friends` and
 * `requests` are what they say.
 */
export type Wanted = "list" | "sync" | "friends" | "requests";

export interface CatchUp {
  ask(...wanted: Wanted[]): void;
  isRunning(): boolean;
  /** Tries again now what waits for a better moment. */
  hurry(): void;
  end(): void;
}

export type CatchUpOptions = {
  readonly state: State;
  readonly transport: Transport;
  readonly pageSize: number;
  /** After each answer that was taken over. */
  readonly onChange: () => void;
  /** Nothing is open, or it could not be asked: then why. */
  readonly onRest: (problem: ChatError | null) => void;
};

// The list comes first: what it tells of new messages is for sync to bring.
const ORDER: readonly Wanted[] = ["list", "sync", "friends", "requests"];
const LIST_PAGE = 200;

export function createCatchUp(options: CatchUpOptions): CatchUp {
  const open = new Set<Wanted>();
  const backOff = createBackOff(options.transport.clock);
  let isRunning = false;
  let hasEnded = false;

  async function run(): Promise<void> {
    let refusal: ChatError | null = null;
    while (open.size && !hasEnded) {
      const next = ORDER.find((wanted) => open.has(wanted))!;
      open.delete(next);
      const problem = await step(options, next, () => hasEnded, ask);
      if (hasEnded) return;
      if (problem && isPassing(problem)) {
        open.add(next);
        options.onRest(problem);
        await backOff.wait((problem.retryAfter ?? 0) * 1_000);
      } else {
        backOff.reset();
        refusal ??= problem; // the other questions may be allowed
      }
    }
    isRunning = false; // before anybody else has a turn, or what they ask is forgotten
    if (!hasEnded) options.onRest(refusal);
  }

  function ask(...wanted: Wanted[]): void {
    for (const one of wanted) open.add(one);
    if (open.has("list")) open.add("sync");
    if (isRunning || hasEnded) return;
    isRunning = true;
    void run();
  }

  return {
    ask,
    isRunning: () => isRunning,
    hurry: backOff.hurry,
    end: () => {
      hasEnded = true;
      backOff.hurry();
    },
  };
}

/** Asks one thing and takes over the answer, unless the session has ended meanwhile. */
async function step(
  options: CatchUpOptions,
  wanted: Wanted,
  hasEnded: () => boolean,
  ask: CatchUp["ask"],
): Promise<ChatError | null> {
  try {
    const takeOver = await ASK[wanted](options, ask);
    if (hasEnded()) return null;
    takeOver();
    options.onChange();
    return null;
  } catch (error) {
    return asChatError(error);
  }
}

/** Each question: it is asked at once, and its answer is taken over by what it returns. */
const ASK: Record<Wanted, (options: CatchUpOptions, ask: CatchUp["ask"]) => Promise<() => void>> = {
  list: async ({ state, transport }) => {
    const isFirst = state.conversations.size === 0;
    const items: ConversationPage = [];
    // The first time, all of them: a device that holds none would get them from sync with messages that nobody asked for.
    for (let hasMore = true; hasMore;) {
      const after = items.at(-1);
      const page = await transport.call("list_conversations", {
        page_size: LIST_PAGE,
        ...after ? { after_cursor: after.cursor } : {},
      });
      items.push(...page);
      hasMore = isFirst && page.length === LIST_PAGE;
    }
    return () => {
      for (const item of items) {
        keep(state, item.id, withListItem(state.conversations.get(item.id), item, state.me));
      }
    };
  },
  sync: async ({ state, transport, pageSize }, ask) => {
    const asked = new Map(state.conversations);
    const notice_seq = state.notices.seq;
    setStale(state, asked, false);
    const answer = await transport.call("sync", {
      cursors: Object.fromEntries([...asked].map(([id, held]) => [id, cursorOf(held)])),
      notice_seq,
      page_size: pageSize,
    }).catch((error) => {
      setStale(state, asked, true);
      throw error;
    });
    return () => takeSync(state, answer, asked, notice_seq, ask);
  },
  friends: async ({ state, transport }) => {
    const friends = await transport.listFriends();
    return () => {
      state.people.friends = friends;
      const byId = new Map(friends.map((friend) => [friend.id, friend]));
      for (const [id, held] of state.conversations) {
        const { peer } = held.item;
        const friend = byId.get(peer?.id ?? "");
        const [remark, is_friend] = [friend?.remark ?? null, friend !== undefined];
        if (!peer || peer.remark === remark && peer.is_friend === is_friend) continue;
        keep(state, id, { ...held, item: { ...held.item, peer: { ...peer, remark, is_friend } } });
      }
      state.touch("people");
    };
  },
  requests: async ({ state, transport }) => {
    const { call } = transport;
    const list = (direction: "received" | "sent") =>
      call("list_friend_requests", { direction }).catch(nothingForGuests);
    const [received, sent, groups] = await Promise.all([
      list("received"),
      list("sent"),
      call("list_group_requests", {}),
    ]);
    return () => {
      Object.assign(state.people, { received, sent, groups });
      state.touch("people");
    };
  },
};

function nothingForGuests(error: unknown): FriendRequest[] {
  if (asChatError(error).code === "guests_cannot") return [];
  throw error;
}

// What had to come in any case comes with this answer, or, if it gets lost, with the next one.
function setStale(
  state: State,
  asked: ReadonlyMap<string, Conversation>,
  isStale: boolean,
): void {
  for (const [id, { isStale: wasStale }] of asked) {
    if (wasStale) change(state, id, (held) => ({ ...held, isStale }));
  }
}

function takeSync(
  state: State,
  answer: SyncAnswer,
  asked: ReadonlyMap<string, Conversation>,
  sentSeq: number,
  ask: CatchUp["ask"],
): void {
  for (const item of answer.conversations) {
    const held = state.conversations.get(item.id);
    // It was let go of meanwhile; the next answer brings it from its beginning.
    if (asked.has(item.id) && !held) ask("sync");
    else keep(state, item.id, withSyncItem(held, item, asked.get(item.id), state.me));
    if (item.messages.length) use(state, item.id);
  }
  for (const id of answer.gone) {
    // Unless it has come back meanwhile.
    if (state.conversations.get(id)?.born === asked.get(id)?.born) keep(state, id, null);
  }
  takeNotices(state, answer, sentSeq, ask);
  if (answer.has_more) ask("sync");
}

function takeNotices(
  state: State,
  { notices }: SyncAnswer,
  sentSeq: number,
  ask: CatchUp["ask"],
): void {
  const first = notices[0]?.seq ?? Infinity;
  // Fewer than the device holds: the database was restored from a backup.
  if (first <= sentSeq) Object.assign(state.notices, { seq: first - 1, newest: [] });
  const fresh = notices.filter(({ seq }) => seq > state.notices.seq);
  if (!addNotices(state, fresh)) return ask("sync");
  askAbout(fresh, ask);
}
