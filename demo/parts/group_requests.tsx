import type { GroupRequest } from "../../client/index.ts";
import { useAction, useApp, useMe } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";

/** Invitations for oneself, and people who want to come into groups that one manages. */
export function GroupRequests(
  { requests }: { readonly requests: readonly GroupRequest[] },
) {
  const { say } = useWords();
  return (
    <section aria-label={say("group_requests")}>
      <h2>{say("group_requests")}</h2>
      <ul className="rows">
        {requests.map((request) => <GroupRequestRow key={request.id} request={request} />)}
      </ul>
    </section>
  );
}

function GroupRequestRow({ request }: { readonly request: GroupRequest }) {
  const { chat } = useApp();
  const { say } = useWords();
  const me = useMe();
  const { run, isBusy } = useAction();
  const { id: request_id, group, person, inviter, note } = request;
  const isMine = person.id === me;
  const isOpenForMe = isMine ? request.awaits_person : request.awaits_group;

  const answer = (word: "accept" | "refuse") =>
    void run((): Promise<unknown> =>
      isMine
        ? chat.groups.answerGroupInvitation({ request_id, answer: word })
        : chat.groups.answerJoinRequest({ request_id, answer: word })
    );

  return (
    <li className="request">
      <div className="person">
        <Avatar
          name={isMine ? group.name : person.name}
          url={isMine ? group.avatar : person.avatar}
        />
        <div>
          <bdi className="row-name">{isMine ? group.name : person.name}</bdi>
          <p className="dim">
            {isMine
              ? inviter ? say("invited_by", { name: inviter.name }) : say("you_asked_to_join")
              : say("wants_to_join", { name: group.name })}
          </p>
          {note && <p className="dim" dir="auto">{note}</p>}
        </div>
      </div>
      <div className="buttons">
        {isOpenForMe
          ? (
            <button
              type="button"
              className="primary"
              disabled={isBusy}
              onClick={() => answer("accept")}
            >
              {say("accept")}
            </button>
          )
          : <span className="dim">{say("awaits_group")}</span>}
        <button
          type="button"
          disabled={isBusy}
          onClick={() => answer("refuse")}
        >
          {say(isOpenForMe ? "refuse" : "withdraw")}
        </button>
      </div>
    </li>
  );
}
