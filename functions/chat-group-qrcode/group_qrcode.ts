import type { Call } from "../_shared/call.ts";
import { GroupLink, type GroupQrcodeRequest } from "../_shared/contract.ts";
import { unwrap } from "../_shared/unwrap.ts";
import { drawPng, drawSvg } from "./draw.ts";

/** The link into a group as a picture, for everybody in it; `chat.get_group_link` knows who that is. */
export async function groupQrcode(
  { body: { conversation_id, format, ...look }, asCaller }: Call<GroupQrcodeRequest>,
): Promise<Response> {
  const { url } = GroupLink.parse(
    unwrap(await asCaller.rpc("get_group_link", { conversation_id })),
  );
  const [type, picture] = format === "svg"
    ? ["image/svg+xml", drawSvg(url, look)]
    : ["image/png", drawPng(url, look)];
  return new Response(picture, {
    headers: {
      "content-type": type,
      // Whoever has the picture can join, and a new link must show at once.
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
