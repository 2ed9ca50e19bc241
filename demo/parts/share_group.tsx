import { callFunction } from "../media/call_function.ts";
import { useAction, useApp, useAsked } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Dialog } from "./dialog.tsx";
import type { GroupProps } from "./group_info.tsx";
import { useTell } from "./toast.tsx";

/** A link into a group, and its QR code. */
export function ShareGroup(
  { item, group, onClose }: GroupProps & { readonly onClose: () => void },
) {
  const { chat, supabase } = useApp();
  const { say } = useWords();
  const tell = useTell();
  const { run, isBusy } = useAction();
  const conversation_id = item.id;
  const { value, problem, again } = useAsked(async () => {
    const [{ join_code }, svg] = await Promise.all([
      chat.groups.getGroupLink({ conversation_id }),
      callFunction<string>(supabase, "chat-group-qrcode", {
        conversation_id,
        format: "svg",
      }),
    ]);
    return { join_code, svg };
  }, [conversation_id]);
  const link = value ? linkOf(value.join_code) : "";

  return (
    <Dialog title={say("share_group")} onClose={onClose}>
      <div className="stack padded share">
        {problem && (
          <p className="problem">
            {problem}
            <button type="button" onClick={again}>{say("try_again")}</button>
          </p>
        )}
        {!value && !problem && <p className="empty">{say("one_moment")}</p>}
        {value && (
          <>
            {/* As an image it is drawn, and nothing in it can run. */}
            <img
              className="qrcode"
              alt={say("qrcode_of", { name: group.name })}
              src={`data:image/svg+xml,${encodeURIComponent(value.svg)}`}
            />
            <p>
              {say("join_code")}: <code>{value.join_code}</code>
            </p>
            <div className="buttons">
              <button
                type="button"
                className="primary"
                onClick={() =>
                  void run(async () => {
                    await navigator.clipboard.writeText(link);
                    tell(say("copied"));
                  })}
              >
                {say("copy_link")}
              </button>
              {group.my_role !== "member" && (
                <button
                  type="button"
                  disabled={isBusy}
                  onClick={() =>
                    void run(() => chat.groups.resetGroupLink({ conversation_id })).then(again)}
                >
                  {say("new_link")}
                </button>
              )}
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}

function linkOf(code: string): string {
  const url = new URL(location.href);
  url.hash = "";
  url.searchParams.set("join", code);
  return url.href;
}
