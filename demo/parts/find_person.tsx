import { type FormEvent, useState } from "react";
import type { Face } from "../../client/index.ts";
import { go, hashOf } from "../route.ts";
import { useAction, useApp, useMe, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Field } from "./field.tsx";
import { useTell } from "./toast.tsx";

/** Looks for one person by the exact username. */
export function FindPerson() {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const [found, setFound] = useState<Face | null>(null);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const username = String(
      new FormData(event.currentTarget).get("username") ?? "",
    ).trim()
      .replace(/^@/, "");
    setFound(null);
    void run(async () => setFound(await chat.profiles.findProfile({ username })));
  }

  return (
    <section aria-label={say("find_person")}>
      <form role="search" className="inline-form" onSubmit={onSubmit}>
        <Field
          label={say("find_by_username")}
          name="username"
          autoCapitalize="none"
          required
        />
        <button type="submit" disabled={isBusy}>{say("find")}</button>
      </form>
      {found && <FoundPerson person={found} onDone={() => setFound(null)} />}
    </section>
  );
}

function FoundPerson(
  { person, onDone }: { readonly person: Face; readonly onDone: () => void },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const me = useMe();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const { friends } = useSlice(chat.live.people);
  const isFriend = friends.some(({ id }) => id === person.id);

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const note = String(new FormData(event.currentTarget).get("note") ?? "");
    void run(async () => {
      const { status } = await chat.friends.requestFriend({
        user_id: person.id,
        note,
      });
      tell(say(status === "pending" ? "request_sent" : "friends_now"));
      onDone();
    });
  }

  return (
    <div className="card found">
      <div className="person">
        <Avatar name={person.name} url={person.avatar} />
        <div>
          <bdi className="row-name">{person.name}</bdi>
          <p className="dim">{person.username ? `@${person.username}` : ""}</p>
        </div>
      </div>
      {person.id === me ? <p className="dim">{say("this_is_you")}</p> : (
        <>
          {!isFriend && (
            <form className="stack" onSubmit={onSubmit}>
              <Field label={say("request_note")} name="note" maxLength={100} />
              <button type="submit" className="primary" disabled={isBusy}>
                {say("add_friend")}
              </button>
            </form>
          )}
          <button
            type="button"
            disabled={isBusy}
            onClick={() =>
              void run(async () => {
                const { id } = await chat.conversations.openDirect({
                  user_id: person.id,
                });
                go(hashOf(id));
              })}
          >
            {say("write_to")}
          </button>
        </>
      )}
    </div>
  );
}
