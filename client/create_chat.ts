import { asChatError } from "./errors.ts";
import { notSignedIn, withFreshToken } from "./fresh_token.ts";
import type { Settings } from "./live/ground.ts";
import { createSession, type Session } from "./live/session.ts";
import { type Files, noFiles, supabaseFiles } from "./media/files.ts";
import type { Outgoing } from "./outbox/outgoing.ts";
import type { Saying } from "./outbox/outbox.ts";
import { type ConversationsRoom, conversationsRoom } from "./rooms/conversations.ts";
import { type FriendsRoom, friendsRoom } from "./rooms/friends.ts";
import { type GroupsRoom, groupsRoom } from "./rooms/groups.ts";
import { type MediaOptions, type MediaRoom, mediaRoom } from "./rooms/media.ts";
import { type MessagesRoom, messagesRoom } from "./rooms/messages.ts";
import { type ProfilesRoom, profilesRoom } from "./rooms/profiles.ts";
import { type ChatStorage, memoryStorage } from "./storage/chat_storage.ts";
import { createHub } from "./store/hub.ts";
import { createSlices, type Slices } from "./slices.ts";
import { type AnySupabaseClient, supabaseTransport } from "./supabase_transport.ts";
import { browserSurroundings, deviceClock } from "./surroundings.ts";
import { browserTabs, type Tabs } from "./tabs.ts";
import type { Clock, Surroundings, Transport } from "./transport.ts";
import type { Call } from "./types.ts";

export type ChatOptions = {
  /** Where unsent messages and drafts survive a restart; by default they do not. */
  readonly storage?: ChatStorage;
  /** Who is signed in, for a client with an `accessToken` of its own. */
  readonly userId?: string;
  /** How many Realtime channels to use at most. A connection has 100 by default; leave some to the app. */
  readonly maxTopics?: number;
  /** Milliseconds between two questions to the server while nothing is pushed. */
  readonly syncInterval?: number;
  /** Other surroundings than a browser's: online, shown, several tabs, time. */
  readonly surroundings?: Surroundings;
  readonly tabs?: Tabs;
  readonly clock?: Clock;
  /** How files go, where there is something better than one request each. */
  readonly media?: MediaOptions;
};

/** The live side of a room: methods beside the verbs, which work on what is shown. */
export interface LiveMessages {
  /**
   * Says something: it is shown at once and sent until the server has it, also after a restart. Resolves when it is
   * kept on the device; refusals show in `live.messages(id)` as `refused`.
   *
   * @example
   * ```ts
   * await chat.messages.send({ conversation_id, kind: "text", body: { text: "Hello!" } });
   * ```
   */
  send(saying: Saying): Promise<Outgoing>;
  /** Sends a refused message once more. */
  retry(id: string): Promise<void>;
  /** Gives up a message that has not been sent. */
  drop(id: string): Promise<void>;
  loadOlder(conversationId: string): Promise<void>;
  loadNewer(conversationId: string): Promise<void>;
  /** Jumps to a position, for instance that of a message that is answered. */
  loadAround(conversationId: string, seq: number): Promise<void>;
  /** Back from a jump. */
  showNewest(conversationId: string): void;
}

export interface LiveConversations {
  /** Shows a conversation: loads its newest messages, hears who types and who is there. Null shows none. */
  open(conversationId: string | null): Promise<void>;
  /** Everything up to a position has been seen: shown at once, told to the server now and then. */
  read(conversationId: string, seq: number): void;
  /** The person types in the open conversation. */
  type(): void;
  /** Keeps what has been begun to write; an empty text removes it. */
  setDraft(conversationId: string, text: string): void;
}

export interface Chat {
  readonly profiles: ProfilesRoom;
  readonly friends: FriendsRoom;
  readonly conversations: ConversationsRoom & LiveConversations;
  readonly groups: GroupsRoom;
  readonly messages: MessagesRoom & LiveMessages;
  readonly media: MediaRoom;
  /** What is known now, in parts that can be shown and watched. */
  readonly live: Slices;
  /** Follows who is signed in, hears, and catches up, until `stop()`. */
  start(): void;
  stop(): void;
  /** Looks at once whether there is something new. Nobody has to call it. */
  refresh(): void;
  /** Calls back after any change; answers a function that ends it. */
  subscribe(listener: () => void): () => void;
}

/**
 * The client of supabase-chat, on the app's own supabase-js client.
 *
 * @example
 * ```ts
 * const chat = createChat(supabase, { storage: indexedDbStorage() });
 * chat.start();
 * chat.live.conversations.subscribe(() => show(chat.live.conversations.getSnapshot()));
 * ```
 */
export function createChat(supabase: AnySupabaseClient, options: ChatOptions = {}): Chat {
  const transport = supabaseTransport(supabase, {
    surroundings: options.surroundings ?? browserSurroundings(),
    clock: options.clock ?? deviceClock,
    userId: options.userId,
  });
  const files = { files: supabaseFiles(supabase), options: options.media ?? {} };
  return createChatOn(transport, {
    storage: options.storage ?? memoryStorage(),
    tabs: options.tabs ?? browserTabs(),
    maxTopics: options.maxTopics ?? 50,
    syncInterval: options.syncInterval ?? 60_000,
    syncPageSize: 500,
    historyPageSize: 50,
    maxLogs: 30,
    maxLogLength: 200,
    moveJitter: 3_000,
  }, files);
}

/** The same on any transport. */
export function createChatOn(
  bare: Transport,
  settings: Settings,
  files: { files: Files; options: MediaOptions } = { files: noFiles(), options: {} },
): Chat {
  const transport = withFreshToken(bare);
  const hub = createHub();
  let session: Session | null = null;
  let unwatch: (() => void) | null = null;

  function enter(userId: string | null): void {
    if (session?.state.me === userId || !unwatch) return;
    session?.end();
    media.forgetLinks();
    session = userId === null ? null : createSession(userId, transport, settings, hub.touch);
    hub.touchAll();
    void session?.start();
  }

  function current(): Session {
    if (!session) throw notSignedIn();
    return session;
  }

  const call: Call = async (verb, args) => {
    const caller = session;
    const answer = await transport.call(verb, args).catch((error) => {
      throw asChatError(error);
    });
    if (caller && caller === session) caller.learn(verb, answer);
    return answer;
  };
  const media = mediaRoom({ ...files, ...transport, call });

  return {
    profiles: profilesRoom(call),
    friends: friendsRoom(call),
    conversations: { ...conversationsRoom(call), ...liveConversations(current) },
    groups: groupsRoom(call),
    messages: { ...messagesRoom(call), ...liveMessages(current) },
    media: media.room,
    live: createSlices(hub, transport.surroundings, () => session),
    start: () => {
      unwatch ??= transport.watchUser(enter);
    },
    stop: () => {
      enter(null);
      unwatch?.();
      unwatch = null;
    },
    refresh: () => session?.wake(),
    subscribe: hub.subscribe,
  };
}

function liveConversations(session: () => Session): LiveConversations {
  return {
    open: async (id) => await session().open(id),
    read: (id, seq) => session().readMarks.read(id, seq),
    type: () => session().type(),
    setDraft: (id, text) => session().drafts.set(id, text),
  };
}

function liveMessages(session: () => Session): LiveMessages {
  return {
    send: async (saying) => await session().outbox.send(saying),
    retry: async (id) => await session().outbox.retry(id),
    drop: async (id) => await session().outbox.drop(id),
    loadOlder: async (id) => await session().history.loadOlder(id),
    loadNewer: async (id) => await session().history.loadNewer(id),
    loadAround: async (id, seq) => await session().history.loadAround(id, seq),
    showNewest: (id) => session().history.showNewest(id),
  };
}
