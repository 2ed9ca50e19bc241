import { useRef } from "react";
import type { PendingFile } from "../media/uploads.ts";
import { useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Icon } from "./icon.tsx";

/** What browsers would run is taken as bytes only. */
const RUNNABLE = /html|svg|xml|script/;

export function Attach(
  { onFiles }: { readonly onFiles: (files: readonly File[]) => void },
) {
  const { say } = useWords();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        className="icon"
        aria-label={say("attach")}
        onClick={() => input.current?.click()}
      >
        <Icon shape="plus" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={say("attach")}
        onChange={({ target }) => {
          onFiles([...target.files ?? []]);
          target.value = ""; // the same file may be chosen again
        }}
      />
    </>
  );
}

export function useAttach(
  conversation_id: string,
): (files: readonly File[]) => void {
  const { uploads } = useApp();
  return (files) => {
    for (const chosen of files) {
      const file = RUNNABLE.test(chosen.type) || !chosen.type
        ? new File([chosen], chosen.name, { type: "application/octet-stream" })
        : chosen;
      uploads.add({
        conversation_id,
        wish: { kind: kindOf(file) },
        file,
      });
    }
  };
}

function kindOf({ type }: File): PendingFile["wish"]["kind"] {
  if (/^image\/(jpeg|png|webp|gif|heic|heif|avif)$/.test(type)) return "image";
  if (type.startsWith("video/")) return "video";
  if (type.startsWith("audio/")) return "audio";
  return "file";
}
