import { useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { FindPerson } from "./find_person.tsx";
import { FriendRow } from "./friend_row.tsx";
import { GroupRequests } from "./group_requests.tsx";
import { ReceivedRequest, SentRequest } from "./friend_requests.tsx";

/** Friends, and everybody who wants to be one. */
export function People() {
  const { chat } = useApp();
  const { say } = useWords();
  const { friends, received, sent, groups } = useSlice(chat.live.people);
  const waiting = received.filter(({ status }) => status === "pending");
  const known = [...friends].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return (
    <>
      <header className="bar">
        <h1>{say("tab_people")}</h1>
      </header>
      <FindPerson />
      {waiting.length > 0 && (
        <section aria-label={say("received_requests")}>
          <h2>{say("received_requests")}</h2>
          <ul className="rows">
            {waiting.map((request) => <ReceivedRequest key={request.id} request={request} />)}
          </ul>
        </section>
      )}
      {groups.length > 0 && <GroupRequests requests={groups} />}
      <section aria-label={say("friends")}>
        <h2>{say("friends")}</h2>
        {friends.length === 0 && <p className="empty">{say("no_friends")}</p>}
        <ul className="rows">
          {known.map((friend) => <FriendRow key={friend.id} friend={friend} />)}
        </ul>
      </section>
      {sent.length > 0 && (
        <section aria-label={say("sent_requests")}>
          <h2>{say("sent_requests")}</h2>
          <ul className="rows">
            {sent.map((request) => <SentRequest key={request.id} request={request} />)}
          </ul>
        </section>
      )}
    </>
  );
}

function nameOf(
  { remark, name }: { remark: string | null; name: string | null },
): string {
  return remark ?? name ?? "";
}
