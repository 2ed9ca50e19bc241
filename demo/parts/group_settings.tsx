import { type FormEvent, useState } from "react";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Check, Field } from "./field.tsx";
import type { Group, GroupProps } from "./group_info.tsx";
import { useTell } from "./toast.tsx";

const MODES: readonly Group["join_mode"][] = ["open", "approval", "closed"];

/** For owner and admins. */
export function GroupSettings({ item, group }: GroupProps) {
  const { chat } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [name, setName] = useState(group.name);
  const [announcement, setAnnouncement] = useState(group.announcement);
  const [joinMode, setJoinMode] = useState(group.join_mode);
  const [hidesHistory, setHidesHistory] = useState(group.hides_history);

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await chat.groups.setGroup({
        conversation_id: item.id,
        name: name.trim(),
        announcement,
        join_mode: joinMode,
        hides_history: hidesHistory,
      });
      tell(say("saved"));
    });
  }

  return (
    <details className="padded">
      <summary>{say("group_settings")}</summary>
      <form className="stack" onSubmit={onSubmit}>
        <Field
          label={say("group_name")}
          value={name}
          maxLength={50}
          required
          onChange={({ target }) => setName(target.value)}
        />
        <label className="field">
          <span>{say("announcement")}</span>
          <textarea
            dir="auto"
            rows={3}
            maxLength={1000}
            value={announcement}
            onChange={({ target }) => setAnnouncement(target.value)}
          />
        </label>
        <label className="field">
          <span>{say("join_mode")}</span>
          <select
            value={joinMode}
            onChange={({ target }) => setJoinMode(MODES[target.selectedIndex] ?? joinMode)}
          >
            {MODES.map((mode) => <option key={mode} value={mode}>{say(`join_${mode}`)}</option>)}
          </select>
        </label>
        <Check
          label={say("hides_history")}
          checked={hidesHistory}
          onChange={({ target }) => setHidesHistory(target.checked)}
        />
        <button type="submit" className="primary" disabled={isBusy}>
          {say("save")}
        </button>
      </form>
      <Check
        label={say("mute_all")}
        checked={group.is_muted}
        onChange={({ target }) =>
          void run(() =>
            chat.groups.muteGroup({
              conversation_id: item.id,
              muted: target.checked,
            })
          )}
      />
    </details>
  );
}
