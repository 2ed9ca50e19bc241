// What can be shown and watched. It goes on over sign-outs: then everything is empty.
import type { ChatError } from "./errors.ts";
import type { Session } from "./live/session.ts";
import type { SignalsView } from "./live/signals.ts";
import type { Outgoing } from "./outbox/outgoing.ts";
import type { Hub, Slice } from "./store/hub.ts";
import { messagesName, type State } from "./store/state.ts";
import {
  listed,
  type MessagesView,
  messagesView,
  NO_MESSAGES,
  type PeopleView,
} from "./store/views.ts";
import type { Surroundings } from "./transport.ts";
import type { ConversationItem, Envelope } from "./types.ts";

export type Status = {
  readonly user_id: string | null;
  readonly connection: "offline" | "connecting" | "live";
  /** Whether everything has been asked for at least once. */
  readonly is_synced: boolean;
  /** Why the server could not be asked the last time. */
  readonly problem: ChatError | null;
};

export interface Slices {
  readonly status: Slice<Status>;
  /** The list: pinned ones first, then by the newest message. */
  readonly conversations: Slice<readonly ConversationItem[]>;
  /** The messages of one conversation. The same slice for the same id. */
  messages(conversationId: string): Slice<MessagesView>;
  readonly people: Slice<PeopleView>;
  /** What concerns the person, the newest last. */
  readonly notices: Slice<readonly Envelope[]>;
  /** Messages that the server has not confirmed, of all conversations. */
  readonly outgoing: Slice<readonly Outgoing[]>;
  /** What has been begun to write, by conversation. */
  readonly drafts: Slice<ReadonlyMap<string, string>>;
  /** Who types and who is there, in the open conversation. */
  readonly signals: Slice<SignalsView>;
}

const NO_PEOPLE: PeopleView = { friends: [], received: [], sent: [], groups: [] };

export function createSlices(
  hub: Hub,
  surroundings: Surroundings,
  session: () => Session | null,
): Slices {
  function of<Value>(name: string, view: (state: State) => Value, empty: Value): Slice<Value> {
    return hub.slice(name, () => {
      const current = session();
      return current ? view(current.state) : empty;
    });
  }
  return {
    status: hub.slice("status", () => statusOf(session(), surroundings)),
    conversations: of("conversations", listed, [] as readonly ConversationItem[]),
    messages: (id) => of(messagesName(id), (state) => messagesView(state, id), NO_MESSAGES),
    people: of("people", ({ people }) => ({ ...people }), NO_PEOPLE),
    notices: of("notices", ({ notices }) => notices.newest, []),
    outgoing: of("outgoing", ({ outgoing }) => outgoing, []),
    drafts: of("drafts", ({ drafts }) => drafts, new Map() as ReadonlyMap<string, string>),
    signals: hub.slice("signals", () => session()?.signals.view() ?? { present: [], typing: [] }),
  };
}

function statusOf(session: Session | null, surroundings: Surroundings): Status {
  const isLive = session?.isListening() && !session.progress.problem;
  return {
    user_id: session?.state.me ?? null,
    connection: !session || !surroundings.isOnline() ? "offline" : isLive ? "live" : "connecting",
    is_synced: session?.progress.isSynced ?? false,
    problem: session?.progress.problem ?? null,
  };
}
