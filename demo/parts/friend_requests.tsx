import { useState } from "react";
import type { FriendRequest } from "../../client/index.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Field } from "./field.tsx";

/** Somebody wants to be a friend. */
export function ReceivedRequest(
  { request }: { readonly request: FriendRequest },
) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const [remark, setRemark] = useState("");
  const answer = (word: "accept" | "refuse" | "ignore") =>
    void run(() =>
      chat.friends.answerFriendRequest({
        request_id: request.id,
        answer: word,
        ...word === "accept" && remark.trim() ? { remark: remark.trim() } : {},
      })
    );
  return (
    <li className="request">
      <RequestPerson request={request} />
      <Field
        label={say("remark")}
        value={remark}
        maxLength={30}
        onChange={({ target }) => setRemark(target.value)}
      />
      <div className="buttons">
        <button
          type="button"
          className="primary"
          disabled={isBusy}
          onClick={() => answer("accept")}
        >
          {say("accept")}
        </button>
        <button
          type="button"
          disabled={isBusy}
          onClick={() => answer("refuse")}
        >
          {say("refuse")}
        </button>
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => answer("ignore")}
        >
          {say("ignore")}
        </button>
      </div>
    </li>
  );
}

/** One's own request. Whoever is ignored is not told: it looks open. */
export function SentRequest({ request }: { readonly request: FriendRequest }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  return (
    <li className="request">
      <RequestPerson request={request} />
      <div className="buttons">
        <span className="dim">{say(`request_${request.status}`)}</span>
        {request.status === "pending" && (
          <button
            type="button"
            disabled={isBusy}
            onClick={() =>
              void run(() => chat.friends.withdrawFriendRequest({ request_id: request.id }))}
          >
            {say("withdraw")}
          </button>
        )}
      </div>
    </li>
  );
}

function RequestPerson(
  { request: { person, note } }: { readonly request: FriendRequest },
) {
  return (
    <div className="person">
      <Avatar name={person.name} url={person.avatar} />
      <div>
        <bdi className="row-name">{person.name}</bdi>
        {note && <p className="dim" dir="auto">{note}</p>}
      </div>
    </div>
  );
}
