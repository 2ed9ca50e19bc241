import { useState } from "react";
import type { Envelope, RecordEntry } from "../../client/index.ts";
import type { MessageMedia } from "../../functions/_shared/contract.ts";
import { useWords } from "../words.ts";
import { FileCard } from "./file_card.tsx";
import { Picture } from "./picture.tsx";
import { RecordDialog } from "./record_dialog.tsx";
import { RichText } from "./rich_text.tsx";
import { VoicePlayer } from "./voice_player.tsx";

/** What a message, or an entry of a record, says. */
export function MessageBody({ message }: {
  readonly message: Pick<Envelope, "id" | "type" | "data"> | RecordEntry;
}) {
  const { say } = useWords();
  const { type, data } = message;
  switch (type) {
    case "text":
    case "systemNotice":
      return (
        <div className="text" dir="auto">
          <RichText text={String(data.data)} />
        </div>
      );
    case "custom":
      return <p className="dim">{say("kind_custom")} {String(data.dataType)}</p>;
    case "forward":
      return <RecordCard id={"id" in message ? message.id : ""} data={data} />;
    case "image":
    case "video":
    case "audio":
    case "file":
      return (
        <Media
          media={data.otherData as MessageMedia | null}
          caption={String(data.data)}
        />
      );
  }
}

function Media(
  { media, caption }: { readonly media: MessageMedia | null; caption: string },
) {
  const { say } = useWords();
  return (
    <>
      {!media && <p className="dim">{say("file_gone")}</p>}
      {media && (media.kind === "image" || media.kind === "video") && <Picture media={media} />}
      {media?.kind === "audio" && <VoicePlayer media={media} />}
      {media?.kind === "file" && <FileCard media={media} />}
      {caption && (
        <div className="text caption" dir="auto">
          <RichText text={caption} />
        </div>
      )}
    </>
  );
}

function RecordCard(
  { id, data }: { readonly id: string; readonly data: Envelope["data"] },
) {
  const { say } = useWords();
  const [isOpen, setOpen] = useState(false);
  const { count = 0 } = (data.otherData ?? {}) as { count?: number };
  return (
    <>
      <button
        type="button"
        className="record-card"
        onClick={() => setOpen(true)}
      >
        <strong>{say("kind_forward")}</strong>
        <span className="dim">{say("record_count", { count })}</span>
      </button>
      {isOpen && <RecordDialog id={id} onClose={() => setOpen(false)} />}
    </>
  );
}
