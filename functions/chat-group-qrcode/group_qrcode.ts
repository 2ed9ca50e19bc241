import type { Call } from "../_shared/call.ts";
import { GroupLink, type GroupQrcodeRequest } from "../_shared/contract.ts";
import { unwrap } from "../_shared/unwrap.ts";
import { drawPng, drawSvg } from "./draw.ts";

const HEADERS = {
  // Whoever has the picture can join, and a new link must show at once.
  "cache-control": "private, no-store",
  "x-content-type-options": "nosniff",
};

/** The link into a group as a picture, for everybody in it; `chat.get_group_link` knows who that is. */
export async function groupQrcode(
  { body: { conversation_id, format, as, ...look }, asCaller }: Call<GroupQrcodeRequest>,
): Promise<Response> {
  const { url } = GroupLink.parse(
    unwrap(await asCaller.rpc("get_group_link", { conversation_id })),
  );
  const [type, picture] = format === "svg"
    ? ["image/svg+xml", new TextEncoder().encode(drawSvg(url, look))] as const
    : ["image/png", drawPng(url, look)] as const;
  if (as === "data_url") {
    const bytes = Array.from(picture, (byte) => String.fromCharCode(byte)).join("");
    return Response.json({ url, data_url: `data:${type};base64,${btoa(bytes)}` }, {
      headers: HEADERS,
    });
  }
  return new Response(picture, { headers: { ...HEADERS, "content-type": type } });
}
