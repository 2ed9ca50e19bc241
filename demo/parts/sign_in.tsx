import { type FormEvent, useState } from "react";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Field } from "./field.tsx";
import { LookSwitch } from "./look_switch.tsx";
import { useTell } from "./toast.tsx";

/** With an e-mail and a password, new or known, or as a guest. */
export function SignIn() {
  const { supabase } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [isNew, setNew] = useState(false);

  async function signUp(form: FormData): Promise<void> {
    const { data, error } = await supabase.auth.signUp({
      email: text(form, "email"),
      password: text(form, "password"),
      options: { data: { nickname: text(form, "nickname") } },
    });
    if (error) throw error;
    if (!data.session) tell(say("confirm_mail"));
  }

  async function signIn(form: FormData): Promise<void> {
    const { error } = await supabase.auth.signInWithPassword({
      email: text(form, "email"),
      password: text(form, "password"),
    });
    if (error) throw error;
  }

  async function enterAsGuest(): Promise<void> {
    const { error } = await supabase.auth.signInAnonymously();
    if (error) throw error;
  }

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void run(() => isNew ? signUp(form) : signIn(form));
  }

  return (
    <main className="sign-in">
      <form className="card stack" onSubmit={onSubmit}>
        <h1>{say(isNew ? "sign_up" : "sign_in")}</h1>
        {isNew && (
          <Field
            label={say("nickname")}
            name="nickname"
            maxLength={30}
            required
          />
        )}
        <Field
          label={say("email")}
          name="email"
          type="email"
          autoComplete="username"
          required
        />
        <Field
          label={say("password")}
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={6}
          required
        />
        <button type="submit" className="primary" disabled={isBusy}>
          {say(isNew ? "sign_up" : "sign_in")}
        </button>
        <button type="button" className="quiet" onClick={() => setNew(!isNew)}>
          {say(isNew ? "have_account" : "no_account")}
        </button>
        <hr />
        <button
          type="button"
          disabled={isBusy}
          onClick={() => void run(enterAsGuest)}
        >
          {say("as_guest")}
        </button>
      </form>
      <LookSwitch />
    </main>
  );
}

function text(form: FormData, name: string): string {
  return String(form.get(name) ?? "");
}
