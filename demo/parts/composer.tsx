import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { ConversationItem, Envelope } from "../../client/index.ts";
import { codeText } from "../refusals.ts";
import { useAction, useApp, useSlice } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Answered } from "./answered.tsx";
import { Attach, useAttach } from "./attach.tsx";
import { type Mentioned, MentionList, mentionsIn, useMentionQuery } from "./mentions.tsx";
import { VoiceButton } from "./voice_button.tsx";

type ComposerProps = {
  readonly item: ConversationItem;
  readonly answered: Envelope | null;
  readonly onAnswered: (message: Envelope | null) => void;
};

/** Where something is said. Enter sends, Shift and Enter begin a line, Esc forgets what is answered. */
export function Composer({ item, answered, onAnswered }: ComposerProps) {
  const { chat } = useApp();
  const { say, language } = useWords();
  const { run } = useAction();
  const [text, write] = useDraft(item.id);
  const [mentioned, setMentioned] = useState<readonly Mentioned[]>([]);
  const area = useRef<HTMLTextAreaElement>(null);
  const attach = useAttach(item.id);
  const query = useMentionQuery(text, area);
  const silence = silenceOf(item);

  useEffect(() => {
    // On a phone this would open the keyboard over what one wants to read.
    if (matchMedia("(hover: hover)").matches) area.current?.focus();
  }, []);

  if (silence) {
    return <p className="composer-off dim">{codeText(silence, language)}</p>;
  }

  function send(): void {
    const trimmed = text.trim();
    if (!trimmed) return;
    const mentions = mentionsIn(trimmed, mentioned);
    void run(() =>
      chat.messages.send({
        conversation_id: item.id,
        kind: "text",
        body: { text: trimmed },
        ...answered ? { reply_to: answered.id } : {},
        ...mentions.length ? { mentions } : {},
      })
    );
    write("");
    setMentioned([]);
    onAnswered(null);
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While somebody composes Chinese letters, Enter is theirs.
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape" && answered) onAnswered(null);
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    send();
  }

  function onPaste(event: ClipboardEvent): void {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    attach([...event.clipboardData.files]);
  }

  function onPick(one: Mentioned): void {
    write(query.replaced(one.name));
    setMentioned([...mentioned, one]);
    area.current?.focus();
  }

  return (
    <div className="composer">
      {answered && (
        <Answered
          message={answered}
          onForget={() => onAnswered(null)}
        />
      )}
      {item.group && query.text !== null && (
        <MentionList group={item.group} query={query.text} onPick={onPick} />
      )}
      <div className="composer-line">
        <Attach onFiles={attach} />
        <textarea
          id="composer"
          ref={area}
          dir="auto"
          rows={Math.min(6, text.split("\n").length)}
          maxLength={5000}
          value={text}
          aria-label={say("write")}
          placeholder={say("write")}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onChange={({ target }) => {
            write(target.value);
            if (target.value) chat.conversations.type();
          }}
        />
        {text.trim()
          ? (
            <button type="button" className="primary send" onClick={send}>
              {say("send")}
            </button>
          )
          : <VoiceButton conversationId={item.id} />}
      </div>
    </div>
  );
}

/** What has been begun to write is kept on the device, and may be changed from elsewhere. */
function useDraft(id: string): [string, (text: string) => void] {
  const { chat } = useApp();
  const kept = useSlice(chat.live.drafts).get(id) ?? "";
  const [text, setText] = useState(kept);
  const written = useRef(kept);

  useEffect(() => {
    if (kept === written.current) return;
    written.current = kept;
    setText(kept);
  }, [kept]);

  return [text, (next) => {
    written.current = next;
    setText(next);
    chat.conversations.setDraft(id, next);
  }];
}

/** Why nothing can be said here now, as the code that the server would refuse with; or null. */
function silenceOf({ group, peer }: ConversationItem): string | null {
  if (peer?.is_blocked) return "person_is_blocked";
  if (!group) return null;
  if (group.is_dissolved) return "group_dissolved";
  if (group.silenced_until !== null && group.silenced_until > Date.now()) {
    return "you_are_muted";
  }
  return group.is_muted && group.my_role === "member" ? "group_is_muted" : null;
}
