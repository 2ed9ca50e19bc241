import { useEffect, useMemo } from "react";
import type { App } from "../create_app.ts";
import { useLook } from "../look.ts";
import { AppContext, useApp, useSessionKnown, useSlice } from "../use_app.ts";
import { useWords, WordsContext, wordsOf } from "../words.ts";
import { LookContext } from "./look_switch.tsx";
import { SignIn } from "./sign_in.tsx";
import { Toasts } from "./toast.tsx";
import { Workspace } from "./workspace.tsx";

/** The whole page, in the language and colours of the person. */
export function Page({ app }: { readonly app: App | null }) {
  const [look, setLook] = useLook();
  const words = useMemo(() => wordsOf(look.language), [look.language]);
  return (
    <LookContext value={{ look, setLook }}>
      <WordsContext value={words}>
        <Toasts>
          {app
            ? (
              <AppContext value={app}>
                <Door />
              </AppContext>
            )
            : <p className="notice-page">{words.say("no_project")}</p>}
        </Toasts>
      </WordsContext>
    </LookContext>
  );
}

/** Who is not signed in signs in; everybody else is in. */
function Door() {
  const { chat, uploads, revokedTexts } = useApp();
  const { say } = useWords();
  const { user_id } = useSlice(chat.live.status);
  const isKnown = useSessionKnown();
  useEffect(() => {
    if (user_id !== null) return;
    uploads.dropAll();
    revokedTexts.set(new Map());
  }, [user_id]);
  if (user_id !== null) return <Workspace key={user_id} />;
  return isKnown ? <SignIn /> : <p className="notice-page">{say("one_moment")}</p>;
}
