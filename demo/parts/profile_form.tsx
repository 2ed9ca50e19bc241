import { type FormEvent, useState } from "react";
import type { OwnProfile } from "../../client/index.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Check, Field } from "./field.tsx";
import { useTell } from "./toast.tsx";

export function ProfileForm({ profile, onChanged }: {
  readonly profile: OwnProfile;
  readonly onChanged: (profile: OwnProfile) => void;
}) {
  const { chat } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [nickname, setNickname] = useState(profile.nickname ?? "");
  const [username, setUsername] = useState("");
  const [asksFriends, setAsksFriends] = useState(
    profile.requires_friend_approval,
  );
  const [asksGroups, setAsksGroups] = useState(profile.requires_group_approval);

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      onChanged(
        await chat.profiles.setProfile({
          requires_friend_approval: asksFriends,
          requires_group_approval: asksGroups,
          ...nickname.trim() ? { nickname: nickname.trim() } : {},
          ...username.trim() ? { username: username.trim() } : {},
        }),
      );
      setUsername("");
      tell(say("saved"));
    });
  }

  return (
    <form className="stack" onSubmit={onSubmit}>
      <Field
        label={say("nickname")}
        value={nickname}
        maxLength={30}
        onChange={({ target }) => setNickname(target.value)}
      />
      {!profile.username && !profile.is_guest && (
        <Field
          label={say("username_once")}
          value={username}
          maxLength={30}
          autoCapitalize="none"
          onChange={({ target }) => setUsername(target.value)}
        />
      )}
      {!profile.is_guest && (
        <Check
          label={say("asks_friends")}
          checked={asksFriends}
          onChange={({ target }) => setAsksFriends(target.checked)}
        />
      )}
      <Check
        label={say("asks_groups")}
        checked={asksGroups}
        onChange={({ target }) => setAsksGroups(target.checked)}
      />
      <button type="submit" className="primary" disabled={isBusy}>
        {say("save")}
      </button>
    </form>
  );
}
