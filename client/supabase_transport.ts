// The world through supabase-js. The one place that knows of it.
import type { RealtimeChannel, SupabaseClient } from "@supabase/supabase-js";
import { notSignedIn } from "./fresh_token.ts";
import { ChatError } from "./errors.ts";
import type { Clock, Ears, Line, LineStatus, Surroundings, Transport } from "./transport.ts";
import type { Friend } from "./types.ts";

// deno-lint-ignore no-explicit-any -- of whatever schema the app's client is
export type AnySupabaseClient = SupabaseClient<any, any, any>;

export type SupabaseTransportOptions = {
  readonly surroundings: Surroundings;
  readonly clock: Clock;
  /** Who is signed in, where the client has an `accessToken` of its own and no `auth`. */
  readonly userId?: string | undefined;
};

/** Friends of one answer: Supabase gives at most 1000 rows by default. */
const FRIENDS_PAGE = 500;
/** No answer takes as long as this; on a dead network none would ever come. */
const PATIENCE = 30_000;
/** A token that ends within this time is renewed before a channel is joined. */
const SOON = 60_000;

export function supabaseTransport(
  supabase: AnySupabaseClient,
  options: SupabaseTransportOptions,
): Transport {
  const chat = supabase.schema("chat");
  /** Topics that are being left: realtime-js would hand out the old channel. */
  const leaving = new Map<string, Promise<unknown>>();

  return {
    ...options,
    call: async (verb, args) => {
      const request = withLimit(chat.rpc(verb, args));
      const retryAfter = watchRetryAfter(request);
      const { data, error, status } = await request;
      if (error) throw refusal(error, status, retryAfter());
      return data as never; // rpc() cannot relate a verb to what it answers; Call can
    },
    listFriends: async () => {
      const all: Friend[] = [];
      for (let more = true; more;) {
        const page = chat.from("friends").select()
          .order("id").range(all.length, all.length + FRIENDS_PAGE - 1);
        const { data, error, status } = await withLimit(page);
        if (error) throw refusal(error, status, undefined);
        all.push(...data);
        more = data.length === FRIENDS_PAGE;
      }
      return all;
    },
    join: (topic, ears) => {
      const open = async (isLeft: () => boolean) => {
        await leaving.get(topic);
        await freshenToken(supabase, options);
        await supabase.realtime.setAuth(); // before a private channel, or it joins without the token
        return isLeft() ? null : subscribe(supabase, topic, ears);
      };
      return openLine(open, ears, (channel) => {
        const left = supabase.removeChannel(channel).catch(() => {}).then(() => {
          if (leaving.get(topic) === left) leaving.delete(topic);
        });
        leaving.set(topic, left);
      });
    },
    watchUser: (listener) => watchUser(supabase, options, listener),
    refreshToken: () => refreshToken(supabase, options),
  };
}

function withLimit<Request extends { abortSignal(signal: AbortSignal): Request }>(
  request: Request,
): Request {
  // Not every platform has it.
  return AbortSignal.timeout ? request.abortSignal(AbortSignal.timeout(PATIENCE)) : request;
}

type AnswerError = { code?: string; message: string; details?: string | null };

/** PTxyz carries a code of the catalogue as its message. */
function refusal(error: AnswerError, status: number, retryAfter: number | undefined): ChatError {
  const options = { retryAfter, cause: error };
  if (status === 0) return new ChatError("unreachable", 0, error.message, options);
  return /^PT\d{3}$/.test(error.code ?? "")
    ? new ChatError(error.message, status, error.details ?? error.message, options)
    : new ChatError(error.code || "internal", status, error.message, options);
}

/** supabase-js keeps the headers of an answer to itself: its request looks at them as they come in. */
function watchRetryAfter(request: unknown): () => number | undefined {
  const inner = request as { fetch?: typeof fetch }; // protected there; without it, the number stays unknown
  const { fetch: send } = inner;
  let seconds: number | undefined;
  if (send) {
    inner.fetch = async (...args) => {
      const answer = await send(...args);
      const header = Number.parseInt(answer.headers.get("retry-after") ?? "", 10);
      if (header >= 0) seconds = header;
      return answer;
    };
  }
  return () => seconds;
}

/** A line on a channel that is there a moment later. */
function openLine(
  open: (isLeft: () => boolean) => Promise<RealtimeChannel | null>,
  ears: Ears,
  leave: (channel: RealtimeChannel) => void,
): Line {
  let isLeft = false;
  let current: RealtimeChannel | null = null;
  open(() => isLeft).then(
    (channel) => {
      current = channel;
      if (channel && isLeft) leave(channel);
    },
    () => ears.onStatus("closed"), // no token now
  );
  return {
    leave: () => {
      if (current && !isLeft) leave(current);
      isLeft = true;
    },
    send: (event, payload) =>
      void current?.send({ type: "broadcast", event, payload }).catch(() => {}),
    track: (payload) => void current?.track(payload).catch(() => {}),
  };
}

function subscribe(supabase: AnySupabaseClient, topic: string, ears: Ears): RealtimeChannel {
  const channel = supabase.channel(topic, {
    config: { private: true, broadcast: { replication_ready: true } },
  });
  channel.on("broadcast", { event: "*" }, ({ event, payload }) => ears.onPush(event, payload));
  channel.on("system", {}, ({ message }) => {
    if (message === "Replication connection established") ears.onStatus("flowing");
  });
  const { onPresence } = ears;
  if (onPresence) {
    channel.on("presence", { event: "sync" }, () => {
      onPresence(Object.values(channel.presenceState()).flat());
    });
  }
  return channel.subscribe((status, error) => ears.onStatus(statusOf(status, error)));
}

function statusOf(status: string, error: Error | undefined): LineStatus {
  if (status === "SUBSCRIBED") return "joined";
  if (status === "CLOSED") return "closed";
  // supabase-js would try for ever, and hold up all other topics with it.
  return error?.message.startsWith("Unauthorized") ? "refused" : "failing";
}

function watchUser(
  supabase: AnySupabaseClient,
  { clock, userId }: SupabaseTransportOptions,
  listener: (userId: string | null) => void,
): () => void {
  if (userId !== undefined) return clock.after(0, () => listener(userId));
  let told: string | null = null;
  let cancel = () => {};
  const { data } = supabase.auth.onAuthStateChange((_event, session) => {
    const next = session?.user.id ?? null;
    cancel();
    // At once, or what one person said would go out under the name of the next.
    if (next !== told) listener(told = null);
    // Auth holds a lock while it calls back: whoever calls it from here would wait for ever.
    if (next !== null) cancel = clock.after(0, () => listener(told = next));
  });
  return () => {
    cancel();
    data.subscription.unsubscribe();
  };
}

async function freshenToken(
  supabase: AnySupabaseClient,
  { clock, userId }: SupabaseTransportOptions,
): Promise<void> {
  if (userId !== undefined) return;
  const { data } = await supabase.auth.getSession();
  const end = (data.session?.expires_at ?? 0) * 1_000;
  // A channel that is joined with a token lives no longer than it.
  if (data.session && end - clock.now() < SOON) await supabase.auth.refreshSession();
}

async function refreshToken(
  supabase: AnySupabaseClient,
  { userId }: SupabaseTransportOptions,
): Promise<void> {
  if (userId !== undefined) return; // its own accessToken() is asked for each call
  const { error } = await supabase.auth.refreshSession();
  if (!error) return;
  const status = error.status ?? 0;
  if (status === 0 || status >= 500 || status === 429) {
    throw new ChatError("unreachable", 0, error.message, { cause: error });
  }
  throw notSignedIn(error);
}
