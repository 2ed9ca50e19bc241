import type { FormEvent } from "react";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Field } from "./field.tsx";
import { useTell } from "./toast.tsx";

/** A guest gets an e-mail and a password; everything they have stays. */
export function BecomePermanent({ onDone }: { readonly onDone: () => void }) {
  const { supabase } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    void run(async () => {
      const { data, error } = await supabase.auth.updateUser({
        email: String(form.get("email") ?? ""),
        password: String(form.get("password") ?? ""),
      });
      if (error) throw error;
      tell(say(data.user.is_anonymous ? "confirm_mail" : "permanent_now"));
      onDone();
    });
  }

  return (
    <form
      className="card stack"
      onSubmit={onSubmit}
      aria-label={say("become_permanent")}
    >
      <h2>{say("become_permanent")}</h2>
      <p className="dim">{say("become_permanent_why")}</p>
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
        autoComplete="new-password"
        minLength={6}
        required
      />
      <button type="submit" className="primary" disabled={isBusy}>
        {say("become_permanent")}
      </button>
    </form>
  );
}
