import { type FormEvent, useEffect, useState } from "react";
import type { GroupPreview } from "../../client/index.ts";
import { go, hashOf } from "../route.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Dialog } from "./dialog.tsx";
import { Field } from "./field.tsx";
import { useTell } from "./toast.tsx";

/** Whoever came by a link (`?join=CODE`) is asked whether they want to come in. */
export function JoinByLink() {
  const [code, setCode] = useState(() => new URLSearchParams(location.search).get("join"));
  useEffect(() => {
    // The link has done its work: reloading the page must not ask again.
    const url = new URL(location.href);
    url.searchParams.delete("join");
    history.replaceState(null, "", url);
  }, []);
  return code ? <JoinGroup code={code} onClose={() => setCode(null)} /> : null;
}

/** Shows what a group looks like before one joins it. */
export function JoinGroup(
  { code: given = "", onClose }: { code?: string; onClose: () => void },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const [code, setCode] = useState(given);
  const [group, setGroup] = useState<GroupPreview | null>(null);
  const look = (join_code: string) =>
    void run(async () => setGroup(await chat.groups.previewGroup({ join_code })));

  useEffect(() => {
    if (given) look(given);
  }, [given]);

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    const join_code = codeIn(code);
    setCode(join_code);
    look(join_code);
  }

  return (
    <Dialog title={say("join_group")} onClose={onClose}>
      <div className="stack padded">
        <form className="inline-form" onSubmit={onSubmit}>
          <Field
            label={say("join_code")}
            value={code}
            required
            onChange={({ target }) => {
              setCode(target.value);
              setGroup(null);
            }}
          />
          <button type="submit" disabled={isBusy}>{say("find")}</button>
        </form>
        {group && <Preview group={group} code={code} onClose={onClose} />}
      </div>
    </Dialog>
  );
}

function Preview({ group, code, onClose }: {
  readonly group: GroupPreview;
  readonly code: string;
  readonly onClose: () => void;
}) {
  const { chat } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [note, setNote] = useState("");
  const isAsking = group.join_mode === "approval" && !group.is_member;

  async function join(): Promise<void> {
    const { status, conversation_id } = await chat.groups.joinGroup({
      join_code: code,
      note,
    });
    if (status === "awaits_group") tell(say("join_asked"));
    else go(hashOf(conversation_id));
    onClose();
  }

  return (
    <div className="card stack">
      <div className="person">
        <Avatar name={group.name} url={group.avatar} size={48} />
        <div>
          <bdi className="row-name">{group.name}</bdi>
          <p className="dim">{say("members", { count: group.member_count })}</p>
        </div>
      </div>
      {isAsking && (
        <Field
          label={say("join_note")}
          value={note}
          maxLength={100}
          onChange={({ target }) => setNote(target.value)}
        />
      )}
      <button
        type="button"
        className="primary"
        disabled={isBusy}
        onClick={() => void run(join)}
      >
        {say(
          group.is_member ? "open_group" : isAsking ? "ask_to_join" : "join",
        )}
      </button>
    </div>
  );
}

/** What was entered may be the code or a link that holds it. */
function codeIn(entered: string): string {
  const [, code = entered] = entered.match(/[?&](?:join|code)=([^&#]+)/) ?? [];
  return code.trim();
}
