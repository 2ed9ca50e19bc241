import { type FormEvent, useState } from "react";
import type { ConversationItem } from "../../client/index.ts";
import { useAction, useApp } from "../use_app.ts";
import { useMembers } from "../use_members.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Field } from "./field.tsx";
import { GroupExit } from "./group_exit.tsx";
import { GroupSettings } from "./group_settings.tsx";
import { InviteToGroup } from "./invite_to_group.tsx";
import { MemberList } from "./member_list.tsx";
import { PictureButton } from "./picture_button.tsx";
import { ShareGroup } from "./share_group.tsx";
import { useTell } from "./toast.tsx";

export type Group = NonNullable<ConversationItem["group"]>;
export type GroupProps = {
  readonly item: ConversationItem;
  readonly group: Group;
};

/** A group as its members see it. What one may not do is not offered; the server checks it all the same. */
export function GroupInfo({ item, group }: GroupProps) {
  const { chat } = useApp();
  const { say } = useWords();
  const members = useMembers(item);
  const [asked, setAsked] = useState<"invite" | "share" | null>(null);
  const isManager = group.my_role !== "member" && !group.is_dissolved;
  const isOpen = !group.is_dissolved;

  async function setPicture(file: File): Promise<void> {
    const { url } = await chat.media.avatar(file);
    await chat.groups.setGroup({ conversation_id: item.id, avatar_url: url });
  }

  return (
    <>
      <section className="stack padded">
        <div className="person">
          <Avatar name={group.name} url={group.avatar} size={56} />
          <div>
            <bdi className="row-name">{group.name}</bdi>
            <p className="dim">
              {say("members", { count: group.member_count })}
            </p>
            {isManager && <PictureButton onFile={setPicture} />}
          </div>
        </div>
        {group.announcement && (
          <div className="announcement">
            <h3>{say("announcement")}</h3>
            <p dir="auto">{group.announcement}</p>
          </div>
        )}
        {isOpen && (
          <div className="buttons">
            <button type="button" onClick={() => setAsked("invite")}>
              {say("invite")}
            </button>
            <button type="button" onClick={() => setAsked("share")}>
              {say("share_group")}
            </button>
          </div>
        )}
      </section>
      <MemberList item={item} group={group} members={members} />
      {isManager && (
        <GroupSettings
          key={JSON.stringify([
            group.name,
            group.announcement,
            group.join_mode,
            group.hides_history,
          ])}
          item={item}
          group={group}
        />
      )}
      {isOpen && <OwnFace key={group.my_nickname} item={item} group={group} />}
      {isOpen && <GroupExit item={item} group={group} />}
      {asked === "invite" && (
        <InviteToGroup
          item={item}
          members={members.byId}
          onClose={() => setAsked(null)}
        />
      )}
      {asked === "share" && (
        <ShareGroup
          item={item}
          group={group}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

/** How one is called in this group. */
function OwnFace({ item, group }: GroupProps) {
  const { chat } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const [nickname, setNickname] = useState(group.my_nickname ?? "");

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await chat.groups.setMyGroupFace({
        conversation_id: item.id,
        nickname: nickname.trim(),
      });
      tell(say("saved"));
    });
  }

  return (
    <form className="inline-form padded" onSubmit={onSubmit}>
      <Field
        label={say("my_group_nickname")}
        value={nickname}
        maxLength={30}
        onChange={({ target }) => setNickname(target.value)}
      />
      <button type="submit" disabled={isBusy}>{say("save")}</button>
    </form>
  );
}
