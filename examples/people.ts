// What every example needs of supabase-js: an account, a verb, and an ear.
import { createClient } from "@supabase/supabase-js";

const url = Deno.env.get("API_URL") ?? "http://127.0.0.1:54321";
const key = "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"; // the local stack's

export type Person = Awaited<ReturnType<typeof signUp>>;

/** A new account; without a name, a guest. */
export async function signUp(name?: string) {
  const supabase = createClient(url, key, { db: { schema: "chat" } });
  const { data, error } = name
    ? await supabase.auth.signUp({
      email: `${name}.${crypto.randomUUID()}@example.com`,
      password: crypto.randomUUID(),
      options: { data: { nickname: name } },
    })
    : await supabase.auth.signInAnonymously();
  if (error) throw error;
  return { supabase, id: data.user!.id };
}

/** Calls a verb; a refusal carries its code as the message: `friend_request_pending`, … */
export async function verb(person: Person, name: string, args: Record<string, unknown> = {}) {
  const { data, error } = await person.supabase.rpc(name, args);
  if (error) throw error;
  return data;
}

export function say(person: Person, conversation_id: string, text: string) {
  return verb(person, "send_message", { conversation_id, kind: "text", body: { text } });
}

/** Joins a topic, by default the person's own; answers a function that waits for the next push of a kind. */
export async function listen({ supabase, id }: Person, topic = `chat:user:${id}`) {
  // deno-lint-ignore no-explicit-any -- docs/envelope.md says what a payload holds
  const heard: { event: string; payload: any }[] = [];
  let wake = () => {};
  await supabase.realtime.setAuth(); // before the first join, or it goes out without a token
  const channel = supabase.channel(topic, {
    config: { private: true, broadcast: { replication_ready: true } },
  });
  const ready = Promise.withResolvers<void>();
  channel
    .on("broadcast", { event: "*" }, (push) => (heard.push(push as never), wake()))
    .on("system", {}, ({ message }) => message.startsWith("Replication") && ready.resolve())
    .subscribe((_status, error) => error && ready.reject(error));
  await ready.promise;

  return async (event: string) => {
    for (;;) {
      const index = heard.findIndex((push) => push.event === event);
      if (index >= 0) return heard.splice(index, 1)[0]!.payload;
      await new Promise<void>((resolve) => wake = resolve);
    }
  };
}
