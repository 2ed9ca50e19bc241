import { useEffect, useMemo, useRef, useState } from "react";
import type { ConversationItem } from "../../client/index.ts";
import { messageRows } from "../message_rows.ts";
import { useAction, useApp, useMe, useSlice } from "../use_app.ts";
import { useScroll } from "../use_scroll.ts";
import { useSeen, useVisible } from "../use_visible.ts";
import { useWords } from "../words.ts";
import { MessageLine } from "./message_line.tsx";
import { OutgoingLine } from "./outgoing_line.tsx";
import { UploadLine } from "./upload_line.tsx";
import { Icon } from "./icon.tsx";

export function MessageList({ item }: { readonly item: ConversationItem }) {
  const { chat, uploads } = useApp();
  const { say } = useWords();
  const me = useMe();
  const view = useSlice(chat.live.messages(item.id));
  const pending = useSlice(uploads).filter((file) => file.conversation_id === item.id);
  const scroll = useScroll(view.messages[0]?.id);
  const readSeq = useReadSeqAtOpening(item);
  const rows = useMemo(() => messageRows(view.messages, me, readSeq), [
    view.messages,
    me,
    readSeq,
  ]);
  const jump = useJump(item.id, scroll.box);
  const lastOwn = view.messages.findLast((message) => message.from_id === me)
    ?.id;
  useReading(
    item,
    view.messages.at(-1)?.seq ?? 0,
    scroll.isAtEnd && !view.has_newer,
  );

  function showNewest(): void {
    chat.messages.showNewest(item.id);
    scroll.toEnd();
  }

  return (
    <div className="messages-box">
      <div
        className="messages"
        ref={scroll.box}
        onScroll={scroll.onScroll}
        tabIndex={0}
        role="log"
        aria-label={say("messages")}
      >
        <ol>
          {view.has_older && <Edge load={() => chat.messages.loadOlder(item.id)} />}
          {rows.map((row) => (
            <MessageLine
              key={row.message.id}
              row={row}
              item={item}
              isLastOwn={row.message.id === lastOwn}
              onJump={jump}
            />
          ))}
          {view.has_newer && <Edge load={() => chat.messages.loadNewer(item.id)} />}
          {view.outgoing.map((message) => <OutgoingLine key={message.id} message={message} />)}
          {!view.has_newer &&
            pending.map((file) => <UploadLine key={file.id} pending={file} />)}
        </ol>
      </div>
      {(!scroll.isAtEnd || view.has_newer) && (
        <button
          type="button"
          className="to-end"
          aria-label={say("to_newest")}
          onClick={showNewest}
        >
          <Icon shape="down" />
        </button>
      )}
    </div>
  );
}

/** Where what is shown ends: seeing it brings the next page. */
function Edge({ load }: { readonly load: () => Promise<void> }) {
  const { say } = useWords();
  const { run, isBusy } = useAction();
  const [hasFailed, setFailed] = useState(false);
  const line = useRef<HTMLLIElement>(null);
  const loadPage = () => void run(load).then((isWell) => setFailed(!isWell));
  useSeen(line, () => {
    if (!isBusy && !hasFailed) loadPage();
  });
  return (
    <li ref={line} className="edge dim">
      {hasFailed
        ? (
          <button type="button" className="quiet" onClick={loadPage}>
            {say("try_again")}
          </button>
        )
        : say("one_moment")}
    </li>
  );
}

/** Up to where everything had been read when the conversation was opened: the line stays while one reads on. */
function useReadSeqAtOpening(item: ConversationItem): number | null {
  const [readSeq] = useState(item.unread > 0 ? item.read_seq : null);
  return readSeq;
}

/** What is on screen at the end of the conversation has been read, if somebody looks. */
function useReading(
  item: ConversationItem,
  seq: number,
  isAtEnd: boolean,
): void {
  const { chat } = useApp();
  const isVisible = useVisible();
  useEffect(() => {
    if (isVisible && isAtEnd && seq > item.read_seq) {
      chat.conversations.read(item.id, seq);
    }
  }, [isVisible, isAtEnd, seq, item.read_seq]);
}

/** Brings a message into view, wherever it is. */
function useJump(
  id: string,
  box: { current: HTMLElement | null },
): (seq: number) => void {
  const { chat } = useApp();
  const { run } = useAction();
  const [target, setTarget] = useState<number | null>(null);
  useEffect(() => {
    const line = target === null ? null : box.current?.querySelector(`[data-seq="${target}"]`);
    if (!line) return;
    line.scrollIntoView({ block: "center" });
    line.classList.remove("found");
    requestAnimationFrame(() => line.classList.add("found"));
    setTarget(null);
  });
  return (seq) =>
    void run(async () => {
      await chat.messages.loadAround(id, seq);
      setTarget(seq);
    });
}
