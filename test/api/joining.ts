import type { RealtimeChannel } from "@supabase/supabase-js";
import type { Client } from "./calling.ts";
import { within } from "./inbox.ts";

export type Joined = {
  channel: RealtimeChannel;
  /** The first status that the channel had, and why. */
  status: string;
  message: string | undefined;
  /** All of them. */
  statuses: string[];
  /** Names of the events that came. */
  heard: string[];
};

/** Tries to join a topic; a channel that is refused is given up. */
export async function join(
  supabase: Client,
  topic: string,
  isPrivate: boolean,
): Promise<Joined> {
  const first = Promise.withResolvers<{ status: string; message: string | undefined }>();
  const statuses: string[] = [];
  const heard: string[] = [];
  await supabase.realtime.setAuth();
  const channel = supabase.channel(topic, { config: { private: isPrivate } })
    .on("broadcast", { event: "*" }, ({ event }) => void heard.push(event))
    .subscribe((status, error) => {
      statuses.push(status);
      first.resolve({ status, message: error?.message });
    });
  const answer = await within(first.promise, () => `no answer to the join of ${topic}`);
  if (answer.status !== "SUBSCRIBED") await supabase.removeChannel(channel);
  return { channel, ...answer, statuses, heard };
}
