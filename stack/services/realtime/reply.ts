import { encodeMessage, type Push } from "./frames.ts";
import type { Socket } from "./socket.ts";

/** Answers a push of the client; the refs tell it which one. */
export function reply(
  socket: Socket,
  push: Push,
  status: "ok" | "error",
  response: unknown = {},
): void {
  const { joinRef, ref, topic } = push;
  const payload = { status, response };
  socket.send(encodeMessage(socket.version, { joinRef, ref, topic, event: "phx_reply", payload }));
}
