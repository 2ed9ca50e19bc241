import { z } from "zod";

/** 1.0.0 speaks JSON objects only; 2.0.0 JSON arrays and, for broadcasts, binary frames. */
export type Version = "1.0.0" | "2.0.0";
export type Ref = string | null;
export type Frame = string | Uint8Array<ArrayBuffer>;

/** What a client pushed. */
export interface Push {
  readonly joinRef: Ref;
  readonly ref: Ref;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
  /** Set for a broadcast that came as a binary frame; `payload` is then empty. */
  readonly userBroadcast: UserBroadcast | null;
}

/** A broadcast whose payload travels as bytes: JSON text, or whatever the sender meant. */
export interface UserBroadcast {
  readonly event: string;
  readonly json: boolean;
  readonly bytes: Uint8Array;
  readonly meta?: { readonly id: string; readonly replayed?: true };
}

const BROADCAST_PUSH = 3;
const BROADCAST = 4;
const JSON_ENCODING = 1;

const ref = z.string().nullish().transform((value) => value ?? null);
const objectFrame = z.object({
  topic: z.string(),
  event: z.string(),
  payload: z.unknown().optional(),
  ref,
  join_ref: ref,
});
const arrayFrame = z.tuple([ref, ref, z.string(), z.string(), z.unknown()]);

/** Null for a frame that is not of the protocol; such a frame is ignored. */
export function decodeFrame(version: Version, data: string | Uint8Array): Push | null {
  if (typeof data !== "string") return version === "2.0.0" ? decodeBinary(data) : null;
  const json = parseJson(data);
  if (version === "1.0.0") {
    const frame = objectFrame.safeParse(json).data;
    if (!frame) return null;
    const { join_ref: joinRef, ref, topic, event, payload } = frame;
    return { joinRef, ref, topic, event, payload, userBroadcast: null };
  }
  const frame = arrayFrame.safeParse(json).data;
  if (!frame) return null;
  const [joinRef, pushRef, topic, event, payload] = frame;
  return { joinRef, ref: pushRef, topic, event, payload, userBroadcast: null };
}

function decodeBinary(data: Uint8Array): Push | null {
  if (data[0] !== BROADCAST_PUSH || data.length < 7) return null;
  let offset = 7;
  const fields: string[] = [];
  for (const size of data.subarray(1, 6)) {
    const text = decodeText(data.subarray(offset, offset + size));
    if (text === null) return null;
    fields.push(text);
    offset += size;
  }
  const [joinRef, pushRef, topic, event] = fields;
  if (offset > data.length || topic === undefined || event === undefined) return null;
  const bytes = data.subarray(offset);
  const json = data[6] === JSON_ENCODING;
  // A subscriber would fail over broken JSON, so it ends here.
  if (json && !isJson(bytes)) return null;
  return {
    joinRef: joinRef || null,
    ref: pushRef || null,
    topic,
    event: "broadcast",
    payload: {},
    userBroadcast: { event, json, bytes },
  };
}

export function isJson(bytes: Uint8Array): boolean {
  const text = decodeText(bytes);
  return text !== null && parseJson(text) !== undefined;
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** In bytes; infinite for what is nested too deeply to be written. */
export function jsonSize(value: unknown): number {
  try {
    return new TextEncoder().encode(JSON.stringify(value) ?? "").length;
  } catch {
    return Infinity;
  }
}

export interface ServerMessage {
  readonly joinRef: Ref;
  readonly ref: Ref;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

export function encodeMessage(version: Version, message: ServerMessage): string {
  const { joinRef, ref, topic, event, payload } = message;
  return version === "2.0.0"
    ? JSON.stringify([joinRef, ref, topic, event, payload])
    : JSON.stringify({ topic, event, payload, ref });
}

/** Null when this version cannot carry it: raw bytes in 1.0.0, a name over 255 bytes in 2.0.0. */
export function encodeUserBroadcast(
  version: Version,
  topic: string,
  broadcast: UserBroadcast,
): Frame | null {
  return version === "2.0.0"
    ? encodeBinaryBroadcast(topic, broadcast)
    : encodeObjectBroadcast(topic, broadcast);
}

function encodeBinaryBroadcast(topic: string, broadcast: UserBroadcast): Frame | null {
  const meta = broadcast.meta ? JSON.stringify(broadcast.meta) : "";
  const fields = [topic, broadcast.event, meta].map((text) => new TextEncoder().encode(text));
  if (fields.some((field) => field.length > 255)) return null;
  const header = [
    BROADCAST,
    ...fields.map((field) => field.length),
    broadcast.json ? JSON_ENCODING : 0,
  ];
  const parts = [Uint8Array.from(header), ...fields, broadcast.bytes];
  const frame = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

function encodeObjectBroadcast(topic: string, broadcast: UserBroadcast): Frame | null {
  if (!broadcast.json) return null;
  const payload = {
    event: broadcast.event,
    payload: parseJson(new TextDecoder().decode(broadcast.bytes)),
    type: "broadcast",
    ...(broadcast.meta && { meta: broadcast.meta }),
  };
  return encodeMessage("1.0.0", { joinRef: null, ref: null, topic, event: "broadcast", payload });
}
