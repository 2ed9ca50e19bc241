import { useState } from "react";
import type { OwnProfile } from "../../client/index.ts";
import { useAction, useApp, useAsked, useMe } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { BecomePermanent } from "./become_permanent.tsx";
import { LookSwitch } from "./look_switch.tsx";
import { PictureButton } from "./picture_button.tsx";
import { ProfileForm } from "./profile_form.tsx";

/** Who one is, and how the page looks. */
export function Me() {
  const { chat, supabase } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const me = useMe();
  const [changed, setChanged] = useState<OwnProfile | null>(null);
  const { value, problem, again } = useAsked(
    async () => await chat.profiles.getProfile() as OwnProfile, // without an id it is oneself
    [me],
  );
  const profile = changed ?? value;

  async function setPicture(file: File): Promise<void> {
    const { url } = await chat.media.avatar(file);
    setChanged(await chat.profiles.setProfile({ avatar_url: url }));
  }

  return (
    <>
      <header className="bar">
        <h1>{say("tab_me")}</h1>
      </header>
      {problem && (
        <p className="empty">
          {problem}
          <button type="button" onClick={again}>{say("try_again")}</button>
        </p>
      )}
      {!profile && !problem && <p className="empty">{say("one_moment")}</p>}
      {profile && (
        <div className="stack padded">
          <div className="person">
            <Avatar name={profile.name} url={profile.avatar} size={64} />
            <div>
              <bdi className="row-name">{profile.name}</bdi>
              <p className="dim">
                {profile.username ? `@${profile.username}` : say("no_username")}
              </p>
              <PictureButton onFile={setPicture} />
            </div>
          </div>
          <ProfileForm profile={profile} onChanged={setChanged} />
          {profile.is_guest && (
            <BecomePermanent
              onDone={() => {
                setChanged(null);
                again();
              }}
            />
          )}
        </div>
      )}
      <div className="stack padded">
        <h2>{say("appearance")}</h2>
        <LookSwitch />
        <button
          type="button"
          onClick={() =>
            void run(async () => {
              const { error } = await supabase.auth.signOut({ scope: "local" });
              if (error) throw error;
            })}
        >
          {say("sign_out")}
        </button>
      </div>
    </>
  );
}
