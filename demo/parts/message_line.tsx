import type { ConversationItem, Envelope } from "../../client/index.ts";
import type { MessageRow } from "../message_rows.ts";
import { systemText } from "../system_text.ts";
import { clockTime, dayText } from "../times.ts";
import { useApp, useMe, useNameOf, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { useMessageActions } from "./message_actions.ts";
import { MessageBody } from "./message_body.tsx";
import { MessageMenu } from "./message_menu.tsx";
import { Quote } from "./quote.tsx";

type LineProps = {
  readonly row: MessageRow;
  readonly item: ConversationItem;
  readonly isLastOwn: boolean;
  readonly onJump: (seq: number) => void;
};

/** One message, with the lines that stand above it. */
export function MessageLine(props: LineProps) {
  const { message, isNewDay, isFirstNew } = props.row;
  const { language, say } = useWords();
  return (
    <>
      {isNewDay && <li className="day">{dayText(message.create_time, language, say)}</li>}
      {isFirstNew && <li className="new-line">{say("new_messages")}</li>}
      {message.type === "systemNotice" ? <SystemLine message={message} /> : <SaidLine {...props} />}
    </>
  );
}

function SystemLine({ message }: { readonly message: Envelope }) {
  const { revokedTexts, chat } = useApp();
  const { say } = useWords();
  const me = useMe();
  const nameOf = useNameOf();
  const { members } = useMessageActions();
  const text = useSlice(revokedTexts).get(message.id);
  const isMine = message.actionType === "revoke" && message.from_id === me;
  return (
    <li className="system dim" data-seq={message.seq}>
      <bdi>
        {isMine ? say("you_revoked") : systemText(
          message,
          say,
          (id) => nameOf(id) ?? members.get(id)?.name,
        )}
      </bdi>
      {isMine && text !== undefined && (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            chat.conversations.setDraft(message.conversation_id!, text);
            document.querySelector<HTMLElement>("#composer")?.focus();
          }}
        >
          {say("edit_again")}
        </button>
      )}
    </li>
  );
}

function SaidLine({ row, item, isLastOwn, onJump }: LineProps) {
  const { message, isFirst, isLast } = row;
  const me = useMe();
  const { selected, select } = useMessageActions();
  const isMine = message.from_id === me;
  const isBare = message.type === "image" || message.type === "video";
  const name = item.peer && !isMine ? item.peer.remark ?? message.from_name : message.from_name;
  return (
    <li
      className="said"
      data-seq={message.seq}
      data-mine={isMine}
      data-last={isLast}
    >
      {selected && (
        <SelectBox
          message={message}
          isOn={selected.has(message.id)}
          onPick={select}
        />
      )}
      {!isMine && (
        <div className="said-face">
          {isLast && <Avatar name={name} url={message.from_avatar} size={32} />}
        </div>
      )}
      <div className="said-body">
        {isFirst && !isMine && item.kind === "group" && (
          <p className="said-name dim">
            <bdi>{name}</bdi>
          </p>
        )}
        <div className="bubble-line">
          <div className={isBare ? "bubble bare" : "bubble"}>
            {message.options.reply_to && (
              <Quote
                item={item}
                seq={message.options.reply_to.seq}
                onJump={onJump}
              />
            )}
            <MessageBody message={message} />
          </div>
          {!selected && <MessageMenu message={message} item={item} />}
        </div>
        {isLast && (
          <Footer
            message={message}
            item={item}
            isLastOwn={isLastOwn}
            isMine={isMine}
          />
        )}
      </div>
    </li>
  );
}

function SelectBox({ message, isOn, onPick }: {
  readonly message: Envelope;
  readonly isOn: boolean;
  readonly onPick: (message: Envelope) => void;
}) {
  const { say } = useWords();
  return (
    <input
      type="checkbox"
      aria-label={say("select")}
      checked={isOn}
      onChange={() => onPick(message)}
    />
  );
}

function Footer({ message, item, isLastOwn, isMine }: {
  readonly message: Envelope;
  readonly item: ConversationItem;
  readonly isLastOwn: boolean;
  readonly isMine: boolean;
}) {
  const { language, say } = useWords();
  const isRead = item.peer !== null && item.peer.read_seq >= message.seq;
  return (
    <p className="said-foot dim">
      {message.options.forwarded && <span>{say("forwarded")}</span>}
      <time>{clockTime(message.create_time, language)}</time>
      {isMine && isLastOwn && item.peer && <span>{say(isRead ? "read" : "sent")}</span>}
    </p>
  );
}
