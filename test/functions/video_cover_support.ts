// A project, an engine and an internet for chat-video-cover, all of them scripted.
import assert from "node:assert/strict";
import { type VideoCover, VideoCoverRequest } from "../../functions/_shared/contract.ts";
import type { Tools } from "../../functions/chat-video-cover/tools.ts";
import { createVideoCover } from "../../functions/chat-video-cover/video_cover.ts";
import { type Answer, callBy, ENVIRONMENT, type Script, type ScriptedCall } from "./call_by.ts";

export const PUBLIC_URL = "https://chat.example";
export const VIDEO = { bucket: "chat-videos", path: "alice/trips/20261122/1700000000000_ab12.mp4" };
export const COVER = { bucket: "chat-covers", path: "alice/made/recipe.png" };

/** Bytes that the scripted network, which speaks JSON, can carry. */
export const PICTURE = new TextEncoder().encode(`"a picture"`);
export const TAKEN = { bytes: PICTURE, width: 320, height: 240, time: 960.4, duration: 9_000.6 };

const { path } = VIDEO;
export const INFO = `GET object/info/${VIDEO.bucket}/${path}`;
export const SIGN_VIDEO = `POST object/sign/${VIDEO.bucket}/${path}`;
export const UPLOAD = `POST object/${COVER.bucket}/${COVER.path}`;
export const SIGN_COVER = `POST object/sign/${COVER.bucket}/${COVER.path}`;
export const DOWNLOAD = `GET object/${COVER.bucket}/${COVER.path}`;

/** A project in which everything goes well and nothing has been made yet. */
export const PROJECT: Script = {
  [INFO]: { body: { id: "1", version: "v1", size: 9 } },
  "rpc/prepare_cover": { body: { ...COVER, owner_id: "alice", cover: null } },
  [SIGN_VIDEO]: { body: { signedURL: `/object/sign/${VIDEO.bucket}/${path}?token=video` } },
  [UPLOAD]: { body: { Key: "key", Id: "id" } },
  "rpc/add_cover": { body: { media_id: "m" } },
  [SIGN_COVER]: { body: { signedURL: `/object/sign/${COVER.bucket}/${COVER.path}?token=cover` } },
  [DOWNLOAD]: { body: "a picture" },
  "rpc/find_video_host": { body: "http" },
};

/** What Storage answers when it refuses: nearly always 400, and in the body what it means. */
export function storageError(statusCode: string, error: string): Answer {
  return { status: 400, body: { statusCode, error, message: error } };
}

export type World = {
  answers?: Script;
  extractCover?: Tools["extractCover"];
  /** Answers of the internet by address; whatever is not here cannot be reached. */
  internet?: Record<string, () => Response>;
  resolve?: Tools["resolve"];
};

export interface Asked {
  readonly call: ScriptedCall<VideoCoverRequest>;
  /** Addresses and ranges that were fetched. */
  readonly fetched: string[];
  /** Names that were looked up. */
  readonly resolved: string[];
  readonly answer: Promise<VideoCover>;
}

export function ask(body: Record<string, unknown>, world: World = {}): Asked {
  const call = callBy("alice", {
    body: VideoCoverRequest.parse({ time: 1000, ...body }),
    answers: { ...PROJECT, ...world.answers },
  });
  const { tools, fetched, resolved } = scriptedTools(world);
  return { call, fetched, resolved, answer: createVideoCover(tools)(call) };
}

export function scriptedTools(world: World = {}) {
  const fetched: string[] = [];
  const resolved: string[] = [];
  const tools: Tools = {
    extractCover: world.extractCover ?? (() => Promise.resolve(TAKEN)),
    openHttpSource: async (fetchRange, _limits, signal) => {
      await fetchRange({ start: 0, end: 8 }, signal);
      return { size: 9, bytesRead: 8, read: () => Promise.resolve(new Uint8Array()) };
    },
    fetch: (input, init) => {
      const { url, headers, redirect } = new Request(input, init);
      assert.notEqual(redirect, "follow", "a network that follows redirects asks nobody");
      fetched.push(`${url} ${headers.get("range")}`);
      const isOurs = url.startsWith(ENVIRONMENT.url);
      const respond = isOurs ? partial : world.internet?.[url];
      return respond ? Promise.resolve(respond()) : Promise.reject(new TypeError("unreachable"));
    },
    resolve: (host, signal) => {
      resolved.push(host);
      return world.resolve?.(host, signal) ?? Promise.resolve(["93.184.216.34"]);
    },
    project: { url: ENVIRONMENT.url, publicUrl: PUBLIC_URL },
  };
  return { tools, fetched, resolved };
}

export function partial(): Response {
  return new Response("x", { status: 206, headers: { "content-range": "bytes 0-0/9" } });
}

export function redirect(location: string, status = 302): () => Response {
  return () => new Response("moved", { status, headers: { location } });
}
