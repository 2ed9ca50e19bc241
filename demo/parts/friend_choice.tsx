import { useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";

/** Chooses some of one's friends. */
export function FriendChoice({ chosen, onChoose, without = new Set() }: {
  readonly chosen: readonly string[];
  readonly onChoose: (ids: readonly string[]) => void;
  /** Those who are in already. */
  readonly without?: ReadonlySet<string>;
}) {
  const { chat } = useApp();
  const { say } = useWords();
  const friends = useSlice(chat.live.people).friends
    .flatMap(({ id, name, remark, avatar }) =>
      id && !without.has(id) ? [{ id, name: remark ?? name ?? "", avatar }] : []
    );
  if (!friends.length) {
    return <p className="empty">{say("nobody_to_invite")}</p>;
  }
  return (
    <ul className="rows choose" aria-label={say("friends")}>
      {friends.map(({ id, name, avatar }) => (
        <li key={id}>
          <label className="choice">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={({ target }) =>
                onChoose(
                  target.checked ? [...chosen, id] : chosen.filter((one) => one !== id),
                )}
            />
            <Avatar name={name} url={avatar} size={32} />
            <bdi>{name}</bdi>
          </label>
        </li>
      ))}
    </ul>
  );
}
