import { roomOf, userFanout } from "./hub.ts";
import type { MessageRow } from "./replication.ts";
import type { Server } from "./server.ts";

/** Passes a stored message on to its room. What the real service drops, with a line in its log, is dropped. */
export function forwardRow(server: Server, row: MessageRow): void {
  const problem = problemOf(server, row);
  const { id, topic, event } = row;
  const bytes = row.payload ?? row.binaryPayload;
  if (problem || topic === null || event === null || bytes === null) {
    return server.log(`realtime: UnableToBroadcastChanges: ${problem}`);
  }
  server.events.add(1);
  const broadcast = { event, json: row.payload !== null, bytes, meta: { id } };
  server.hub.send(roomOf(topic, row.private === true), userFanout(topic, broadcast));
}

function problemOf(server: Server, row: MessageRow): string | null {
  const size = row.payload?.length ?? row.binaryPayload?.length;
  if (row.topic === null) return "topic_missing";
  if (row.event === null) return "event_missing";
  if (row.private === null) return "private_missing";
  if (size === undefined) return "payload_missing";
  if (size > server.limits.maxPayloadBytes) return "payload_size_exceeded";
  return server.events.isOver() ? "too_many_requests" : null;
}
