import { createContext, useContext } from "react";
import type { Envelope, MemberItem } from "../../client/index.ts";

/** What can be done with a message, and what is known about the people in the conversation. */
export type MessageActions = {
  readonly answer: (message: Envelope | null) => void;
  readonly forward: (message: Envelope) => void;
  readonly select: (message: Envelope) => void;
  /** Ids while several are being chosen; else null. */
  readonly selected: ReadonlySet<string> | null;
  readonly members: ReadonlyMap<string, MemberItem>;
};

export const MessageActionsContext = createContext<MessageActions>({
  answer: () => {},
  forward: () => {},
  select: () => {},
  selected: null,
  members: new Map(),
});

export function useMessageActions(): MessageActions {
  return useContext(MessageActionsContext);
}
