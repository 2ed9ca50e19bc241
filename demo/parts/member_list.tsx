import type { MemberItem } from "../../client/index.ts";
import { go, hashOf } from "../route.ts";
import { type Asked, useAction, useApp, useMe } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { useConfirm } from "./confirm.tsx";
import type { GroupProps } from "./group_info.tsx";
import { Menu, type MenuItem } from "./menu.tsx";

const RANK = { owner: 2, admin: 1, member: 0 };
const MUTES = [10, 60, 24 * 60];

type ListProps = GroupProps & { readonly members: Asked<MemberItem[]> };

export function MemberList({ item, group, members }: ListProps) {
  const { say } = useWords();
  return (
    <section aria-label={say("members_title")}>
      <h3 className="padded-title">{say("members_title")}</h3>
      {members.problem && (
        <p className="empty">
          {members.problem}
          <button type="button" onClick={members.again}>
            {say("try_again")}
          </button>
        </p>
      )}
      <ul className="rows">
        {members.value?.map((member) => (
          <MemberRow
            key={member.id}
            item={item}
            group={group}
            member={member}
            onDone={members.again}
          />
        ))}
      </ul>
    </section>
  );
}

type RowProps = GroupProps & {
  readonly member: MemberItem;
  readonly onDone: () => void;
};

function MemberRow(props: RowProps) {
  const { member } = props;
  const { say } = useWords();
  const confirm = useConfirm();
  const items = useMemberMenu(props, confirm.ask);
  const isSilent = member.silenced_until !== null &&
    member.silenced_until > Date.now();
  return (
    <li className="row member">
      <Avatar name={member.name} url={member.avatar} size={36} />
      <span className="row-text">
        <bdi className="row-name">{member.name}</bdi>
        <span className="dim">
          {[
            member.role === "member" ? "" : say(`role_${member.role}`),
            member.is_guest ? say("guest") : "",
            isSilent ? say("is_silent") : "",
          ].filter(Boolean).join(" · ")}
        </span>
      </span>
      {items.length > 0 && <Menu label={say("more_about", { name: member.name })} items={items} />}
      {confirm.dialog}
    </li>
  );
}

/** What one may do with a member: those of lower rank can be silenced and removed, the owner gives roles. */
function useMemberMenu(
  { item, group, member, onDone }: RowProps,
  ask: (text: string, act: () => void) => void,
): MenuItem[] {
  const { chat } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const me = useMe();
  if (member.id === me) return [];
  const { groups, conversations } = chat;
  const target = { conversation_id: item.id, user_id: member.id };
  const act = (change: () => Promise<unknown>) => void run(change).then(onDone);
  const isOpen = !group.is_dissolved;

  const items: MenuItem[] = [{
    label: say("write_to"),
    act: () =>
      void run(async () => go(hashOf((await conversations.openDirect({ user_id: member.id })).id))),
  }];
  if (isOpen && group.my_role === "owner") {
    const role = member.role === "admin" ? "member" : "admin";
    items.push(
      {
        label: say(`make_${role}`),
        act: () => act(() => groups.setGroupRole({ ...target, role })),
      },
      {
        label: say("make_owner"),
        act: () =>
          ask(
            say("make_owner_sure", { name: member.name }),
            () => act(() => groups.transferGroup(target)),
          ),
        isDangerous: true,
      },
    );
  }
  if (isOpen && RANK[group.my_role] > RANK[member.role]) {
    items.push(
      ...MUTES.map((minutes) => ({
        label: say(`silence_${minutes}` as "silence_10"),
        act: () => act(() => groups.muteMember({ ...target, minutes })),
      })),
      {
        label: say("lift_silence"),
        act: () => act(() => groups.muteMember({ ...target, minutes: 0 })),
      },
      {
        label: say("remove_member"),
        act: () =>
          ask(
            say("remove_member_sure", { name: member.name }),
            () => act(() => groups.removeMember(target)),
          ),
        isDangerous: true,
      },
    );
  }
  return items;
}
