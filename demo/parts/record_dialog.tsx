import { clockTime, dayText } from "../times.ts";
import { useApp, useAsked } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Avatar } from "./avatar.tsx";
import { Dialog } from "./dialog.tsx";
import { MessageBody } from "./message_body.tsx";

/** The entries of a forwarded record. */
export function RecordDialog(
  { id, onClose }: { readonly id: string; readonly onClose: () => void },
) {
  const { chat } = useApp();
  const { say, language } = useWords();
  const { value, problem } = useAsked(
    () => chat.messages.openRecord({ message_id: id }),
    [id],
  );
  return (
    <Dialog title={say("kind_forward")} onClose={onClose}>
      {problem && <p className="problem">{problem}</p>}
      {!value && !problem && <p className="empty">{say("one_moment")}</p>}
      <ol className="record">
        {value?.map((entry, i) => (
          <li key={i} className="record-entry">
            <Avatar name={entry.from_name} url={entry.from_avatar} size={32} />
            <div>
              <p className="dim">
                <bdi>{entry.from_name}</bdi> · {dayText(entry.create_time, language, say)}{" "}
                {clockTime(entry.create_time, language)}
              </p>
              {entry.isremove
                ? (
                  <p className="dim">
                    {say("system_revoke", { name: entry.from_name })}
                  </p>
                )
                : <MessageBody message={entry} />}
            </div>
          </li>
        ))}
      </ol>
    </Dialog>
  );
}
