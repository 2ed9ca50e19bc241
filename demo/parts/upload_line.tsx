import type { PendingFile } from "../media/uploads.ts";
import { codeText } from "../refusals.ts";
import { sizeText } from "../times.ts";
import { useApp } from "../use_app.ts";
import { useWords } from "../words.ts";

/** A file on its way: how much has arrived, or why it did not. */
export function UploadLine({ pending }: { readonly pending: PendingFile }) {
  const { uploads } = useApp();
  const { say, language } = useWords();
  const { id, file, progress, problem } = pending;
  const percent = Math.round(progress * 100);
  return (
    <li className="said" data-mine="true" data-last="true">
      <div className="said-body">
        <div className="bubble" data-waiting="true">
          <p className="file-name">
            <bdi>{file.name}</bdi>
          </p>
          <p className="dim">{sizeText(file.size)}</p>
          {!problem && (
            <progress
              max={100}
              value={percent}
              aria-label={say("uploading", { name: file.name })}
            />
          )}
        </div>
        <p className={problem ? "said-foot problem" : "said-foot dim"}>
          <span>{problem ? codeText(problem, language) : stageText()}</span>
          {problem && (
            <button
              type="button"
              className="quiet"
              onClick={() => uploads.retry(id)}
            >
              {say("try_again")}
            </button>
          )}
          <button
            type="button"
            className="quiet"
            onClick={() => uploads.drop(id)}
          >
            {say(problem ? "drop" : "cancel")}
          </button>
        </p>
      </div>
    </li>
  );

  function stageText(): string {
    return progress < 1 ? `${percent} %` : say("being_checked");
  }
}
