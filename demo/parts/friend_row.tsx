import type { Friend } from "../../client/index.ts";
import { go, hashOf } from "../route.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";

export function FriendRow({ friend }: { readonly friend: Friend }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const name = friend.remark ?? friend.name ?? "";
  return (
    <li className="row">
      <button
        type="button"
        className="row-main"
        aria-label={say("write_to_name", { name })}
        onClick={() =>
          void run(async () => {
            const { id } = await chat.conversations.openDirect({
              user_id: friend.id ?? "",
            });
            go(hashOf(id));
          })}
      >
        <Avatar name={name} url={friend.avatar} size={40} />
        <span className="row-text">
          <bdi className="row-name">{name}</bdi>
          <span className="dim">
            {friend.remark
              ? <bdi>{friend.name}</bdi>
              : friend.username
              ? `@${friend.username}`
              : ""}
          </span>
        </span>
      </button>
    </li>
  );
}
