import type { Outgoing } from "../../client/index.ts";
import { codeText } from "../refusals.ts";
import { useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { RichText } from "./rich_text.tsx";

/** Something of one's own that the server has not confirmed. */
export function OutgoingLine({ message }: { readonly message: Outgoing }) {
  const { chat } = useApp();
  const { say, language } = useWords();
  return (
    <li className="said" data-mine="true" data-last="true">
      <div className="said-body">
        <div className="bubble-line">
          <div className="bubble" data-waiting="true" dir="auto">
            <OutgoingBody message={message} />
          </div>
        </div>
        {message.refused
          ? (
            <p className="said-foot problem" role="alert">
              <span>{codeText(message.refused, language)}</span>
              <button
                type="button"
                className="quiet"
                onClick={() => void chat.messages.retry(message.id)}
              >
                {say("try_again")}
              </button>
              <button
                type="button"
                className="quiet"
                onClick={() => void chat.messages.drop(message.id)}
              >
                {say("drop")}
              </button>
            </p>
          )
          : <p className="said-foot dim">{say("sending")}</p>}
      </div>
    </li>
  );
}

function OutgoingBody(
  { message: { kind, body } }: { readonly message: Outgoing },
) {
  const { uploads } = useApp();
  const { say } = useWords();
  const { text, media_id } = body as { text?: string; media_id?: string };
  if (kind === "text") return <RichText text={text ?? ""} />;
  const picture = uploads.pictureOf(media_id ?? "");
  return picture ? <img className="picture" src={picture} alt={say("kind_image")} /> : say(
    kind === "video" ? "kind_video" : kind === "audio" ? "kind_audio" : "kind_file",
  );
}
