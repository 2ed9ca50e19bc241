import { useMemo } from "react";
import type { ConversationItem, MemberItem } from "../client/index.ts";
import { useApp, useAsked } from "./use_app.ts";

/** The people of a group, read anew when the group says that something changed. */
export function useMembers(item: ConversationItem | null) {
  const { chat } = useApp();
  const id = item?.group ? item.id : null;
  const asked = useAsked<MemberItem[]>(
    () =>
      id ? chat.groups.listMembers({ conversation_id: id, page_size: 500 }) : Promise.resolve([]),
    [id, item?.group?.member_count, systemSeq(item), item?.group?.my_role],
  );
  const byId = useMemo(
    () => new Map((asked.value ?? []).map((member) => [member.id, member])),
    [asked.value],
  );
  return { ...asked, byId };
}

function systemSeq(item: ConversationItem | null): number {
  const last = item?.last_message;
  return last?.type === "systemNotice" ? last.seq : 0;
}
