// Which topics to hear: one's own, that of the open conversation's signals, and those of the groups on top of the list.
import { sorted } from "../store/views.ts";
import type { State } from "../store/state.ts";
import type { ConversationItem } from "../types.ts";
import { userTopic } from "./lines.ts";

/** How far down a group may slide before it loses its line to another one. */
const SLACK = 1.25;

/** The topics to hear, with as many groups as the budget allows. */
export function wantedTopics(
  state: State,
  budget: number,
  isJoined: (topic: string) => boolean,
): Set<string> {
  const topics = new Set([userTopic(state.me)]);
  const open = state.conversations.get(state.openId.current ?? "");
  if (open) topics.add(open.item.signal_topic);
  if (open?.item.group) topics.add(open.item.group.topic);
  for (const topic of groupTopics(state, budget, isJoined)) {
    if (topics.size >= budget) break;
    topics.add(topic);
  }
  return topics;
}

/** Those to be heard first come first. Hidden groups too: they come back as soon as something is said. */
function groupTopics(
  state: State,
  budget: number,
  isJoined: (topic: string) => boolean,
): string[] {
  const groups = [...state.conversations.values()].filter(({ item }) => item.group);
  const topicsOf = (items: readonly ConversationItem[]) =>
    items.flatMap(({ group }) => group ? [group.topic] : []);
  // Most people are in few groups: no need for an order.
  if (groups.length < budget) return topicsOf(groups.map(({ item }) => item));
  const near = topicsOf(sorted(state)).slice(0, Math.ceil(budget * SLACK));
  return [...near.filter(isJoined), ...near];
}
