import { createContext, useContext, useEffect, useState } from "react";
import type { ConversationItem } from "../client/index.ts";
import { useSlice } from "../client/react.ts";
import type { App } from "./create_app.ts";
import type { NameOf } from "./system_text.ts";
import { refusalText } from "./refusals.ts";
import { useTell } from "./parts/toast.tsx";
import { useWords } from "./words.ts";

export { useSlice };

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error("useApp needs an AppContext above it");
  return app;
}

/** Who is signed in; parts below the sign-in page always have somebody. */
export function useMe(): string {
  return useSlice(useApp().chat.live.status).user_id ?? "";
}

export function useConversation(id: string | null): ConversationItem | null {
  const items = useSlice(useApp().chat.live.conversations);
  return items.find((item) => item.id === id) ?? null;
}

/** What people are called who are known without asking: oneself and one's friends. */
export function useNameOf(): NameOf {
  const { friends } = useSlice(useApp().chat.live.people);
  const { say } = useWords();
  const me = useMe();
  return (id) => {
    if (id === me) return say("you");
    const friend = friends.find((one) => one.id === id);
    return friend?.remark ?? friend?.name ?? undefined;
  };
}

/** Runs what a person asked for; a refusal is told in their language. Answers whether it went well. */
export function useAction() {
  const tell = useTell();
  const { language } = useWords();
  const [isBusy, setBusy] = useState(false);

  async function run(act: () => Promise<unknown>): Promise<boolean> {
    setBusy(true);
    try {
      await act();
      return true;
    } catch (error) {
      tell(refusalText(error, language), "problem");
      return false;
    } finally {
      setBusy(false);
    }
  }
  return { run, isBusy };
}

export type Asked<Value> = {
  value: Value | null;
  problem: string | null;
  again: () => void;
};

/** Something that is asked for when a part is shown, and again when one of `keys` changes. */
export function useAsked<Value>(
  ask: () => Promise<Value>,
  keys: readonly unknown[],
): Asked<Value> {
  const { language } = useWords();
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<Omit<Asked<Value>, "again">>({
    value: null,
    problem: null,
  });

  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (value) => isCurrent && setAnswer({ value, problem: null }),
      (error) =>
        isCurrent &&
        setAnswer({ value: null, problem: refusalText(error, language) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [...keys, round]);

  return { ...answer, again: () => setRound((before) => before + 1) };
}

/** Whether it is known yet if somebody is signed in: the session is read from the browser's storage. */
export function useSessionKnown(): boolean {
  const { supabase } = useApp();
  const [isKnown, setKnown] = useState(false);
  useEffect(() => {
    const { data } = supabase.auth.onAuthStateChange((_event, session) => setKnown(!session));
    return () => data.subscription.unsubscribe();
  }, []);
  return isKnown;
}
