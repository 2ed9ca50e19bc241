import { type FormEvent, useState } from "react";
import type { ConversationItem } from "../../client/index.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { useConfirm } from "./confirm.tsx";
import { Field } from "./field.tsx";
import { useTell } from "./toast.tsx";

type Peer = NonNullable<ConversationItem["peer"]>;

/** The other person of a conversation. */
export function PersonInfo({ peer }: { readonly peer: Peer }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const confirm = useConfirm();
  const tell = useTell();
  const user_id = peer.id;
  return (
    <section className="stack padded">
      <div className="person">
        <Avatar name={peer.name} url={peer.avatar} size={56} />
        <div>
          <bdi className="row-name">{peer.name}</bdi>
          <p className="dim">
            {peer.username ? `@${peer.username}` : peer.is_guest ? say("guest") : ""}
          </p>
        </div>
      </div>
      {peer.is_friend && <RemarkForm key={peer.remark} peer={peer} />}
      {!peer.is_friend && !peer.is_blocked && (
        <button
          type="button"
          disabled={isBusy}
          onClick={() =>
            void run(async () => {
              const { status } = await chat.friends.requestFriend({ user_id });
              tell(say(status === "pending" ? "request_sent" : "friends_now"));
            })}
        >
          {say("add_friend")}
        </button>
      )}
      {peer.is_friend && (
        <button
          type="button"
          className="dangerous"
          disabled={isBusy}
          onClick={() =>
            confirm.ask(
              say("remove_friend_sure", { name: peer.name }),
              () => void run(() => chat.friends.removeFriend({ user_id })),
            )}
        >
          {say("remove_friend")}
        </button>
      )}
      {peer.is_blocked
        ? (
          <button
            type="button"
            disabled={isBusy}
            onClick={() => void run(() => chat.friends.unblockUser({ user_id }))}
          >
            {say("unblock")}
          </button>
        )
        : (
          <button
            type="button"
            className="dangerous"
            disabled={isBusy}
            onClick={() =>
              confirm.ask(
                say("block_sure", { name: peer.name }),
                () => void run(() => chat.friends.blockUser({ user_id })),
              )}
          >
            {say("block")}
          </button>
        )}
      {confirm.dialog}
    </section>
  );
}

function RemarkForm({ peer }: { readonly peer: Peer }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const tell = useTell();
  const [remark, setRemark] = useState(peer.remark ?? "");

  function onSubmit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await chat.friends.setFriendRemark({
        user_id: peer.id,
        remark: remark.trim(),
      });
      tell(say("saved"));
    });
  }

  return (
    <form className="inline-form" onSubmit={onSubmit}>
      <Field
        label={say("remark")}
        value={remark}
        maxLength={30}
        onChange={({ target }) => setRemark(target.value)}
      />
      <button type="submit" disabled={isBusy}>{say("save")}</button>
    </form>
  );
}
