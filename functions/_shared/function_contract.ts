// What the edge functions take and answer. Part of the contract: contract.ts passes it on.
import { z } from "./deps.ts";

const Id = z.uuid();
const Milliseconds = z.int().positive();
const Position = z.int().nonnegative();

/** How far, in milliseconds, two honest servers' clocks may be apart. */
const CLOCKS_DIFFER = 5_000;

/** What `chat-revoke` takes: the course's message, of which only `id` counts. Without it, a server tidies up. */
export const RevokeRequest = z.strictObject({
  id: Id,
  to_id: z.union([z.string().min(1).max(100), z.int().min(1)]),
  to_name: z.string().min(1).max(50),
  /** Null as in our own envelopes. */
  to_avatar: z.string().min(10).max(1000).nullable(),
  chatType: z.enum(["single", "group"]),
  create_time: Milliseconds.refine(
    (time) => time <= Date.now() + CLOCKS_DIFFER,
    "is in the future",
  ),
}).partial();
export type RevokeRequest = z.infer<typeof RevokeRequest>;

/** Files that no message uses any more: what `claim_orphaned_files` answers. */
export const OrphanedFiles = z.array(z.object({ bucket: z.string(), name: z.string() }));

/** What `chat-group-qrcode` takes, as JSON or in the query of an address. */
export const GroupQrcodeRequest = z.strictObject({
  conversation_id: Id,
  format: z.enum(["png", "svg"]).default("png"),
  /** Pixels of one module, and modules of white around all of them. */
  size: whole(1, 20).default(10),
  margin: whole(0, 8).default(4),
  /** `data_url` puts the picture into JSON, `{ url, data_url }`: supabase-js reads a png as text. */
  as: z.enum(["picture", "data_url"]).default("picture"),
});
export type GroupQrcodeRequest = z.infer<typeof GroupQrcodeRequest>;

/** What `get_group_link` answers. */
export const GroupLink = z.object({ url: z.string(), join_code: z.string(), name: z.string() });

// A query holds digits where JSON holds a number.
function whole(min: number, max: number) {
  return z.union([z.number(), z.string().regex(/^\d{1,3}$/).transform(Number)])
    .pipe(z.int().min(min).max(max));
}

/** What `chat-video-cover` takes, by its own names, which are the course's, or by those of an OSS snapshot. */
export const VideoCoverRequest = z.preprocess(
  spelledOut({ t: "time", m: "mode", w: "width", h: "height", f: "format" }),
  z.strictObject({
    /** Of the project's Storage. */
    bucket: z.string().min(1).max(100).optional(),
    path: z.string().min(1).max(1024).optional(),
    /** Instead of `bucket` and `path`. */
    videoUrl: z.string().min(1).max(2048).refine(URL.canParse, "is no address").optional(),
    /** Milliseconds from the beginning. */
    time: z.int({ error: ({ input }) => input === undefined ? "is required" : undefined })
      .min(0).max(0x7fff_ffff),
    /** `fast` takes the key picture at or before `time`, `exact` the one that is on screen then. */
    mode: z.enum(["fast", "exact"]).default("fast"),
    /** Pixels; 0 follows from the other side, both 0 are those of the video. */
    width: z.int().min(0).max(3840).default(0),
    height: z.int().min(0).max(3840).default(0),
    format: z.enum(["png", "jpg", "jpeg"]).default("png")
      .transform((format) => format === "jpeg" ? "jpg" : format),
    quality: z.int().min(1).max(100).optional(),
    /** Whether the answer holds the picture too. */
    base64: z.boolean().default(true),
  })
    .refine(({ bucket, path, videoUrl }) => {
      return videoUrl === undefined
        ? bucket !== undefined && path !== undefined
        : bucket === undefined && path === undefined;
    }, { path: ["videoUrl"], error: "is required, or both bucket and path, and never all of them" })
    .refine(({ quality, format }) => quality === undefined || format === "jpg", {
      path: ["quality"],
      error: "is for jpg only",
    }),
);
export type VideoCoverRequest = z.infer<typeof VideoCoverRequest>;

/** What `prepare_cover` answers: where the picture goes, and what it is if it is there already. */
export const PreparedCover = z.object({
  bucket: z.string(),
  path: z.string(),
  cover: z.object({ width: z.int(), height: z.int(), time: z.int(), duration: z.int() }).nullable(),
});
export type PreparedCover = z.infer<typeof PreparedCover>;

/** What `chat-video-cover` answers. For a video on OSS there is only an address, and the sides are those asked for. */
export const VideoCover = z.strictObject({
  /** A data URL. */
  base64: z.string().optional(),
  /** Of the picture, for an hour. */
  url: z.url(),
  bucket: z.string().optional(),
  path: z.string().optional(),
  format: z.enum(["png", "jpg"]),
  /** As asked for. */
  time: Position,
  /** When in the video the picture really is: in mode `fast` often earlier. */
  picture_time: Position.optional(),
  width: Position,
  height: Position,
  /** Of the video, in milliseconds. */
  duration: Position.optional(),
});
export type VideoCover = z.infer<typeof VideoCover>;

// Gives fields their long names. Two names for one thing must not say different things.
function spelledOut(names: Readonly<Record<string, string>>) {
  return (input: unknown, { addIssue }: z.RefinementCtx): unknown => {
    if (typeof input !== "object" || input === null || Array.isArray(input)) return input;
    const given = new Map(Object.entries(input));
    for (const [short, long] of Object.entries(names)) {
      if (!given.has(short)) continue;
      if (given.has(long) && given.get(long) !== given.get(short)) {
        addIssue({ code: "custom", path: [short], message: `says something else than ${long}` });
      }
      given.set(long, given.get(short));
      given.delete(short);
    }
    return Object.fromEntries(given);
  };
}

/** What `chat-media` takes: where the upload is, and what only the app knows of it. */
export const MediaRequest = z.strictObject({
  bucket: z.enum(["chat-images", "chat-videos", "chat-audio", "chat-files", "chat-covers"]),
  path: z.string().max(1024).regex(/^[\w./-]+$/, "is no path of an upload"),
  image_class_id: z.int().min(0).max(0x7fff_ffff).default(0),
  file_name: z.string().min(1).max(255)
    .refine((name) => name.isWellFormed() && !/[\p{Cc}/\\]/u.test(name), "is no name of a file")
    .optional(),
  /** Milliseconds; believed only where the file does not say. */
  duration: z.int().min(0).max(24 * 60 * 60 * 1000).optional(),
  /** How loud a voice message is over time. */
  waveform: z.array(z.int().min(0).max(100)).min(1).max(128).optional(),
  /** Makes a picture of a person or a group of it, which everybody can see. */
  avatar: z.boolean().default(false),
  /** The caller's own video that an image in `chat-covers` is of. */
  cover_of: Id.optional(),
})
  .refine(({ avatar, bucket }) => !avatar || bucket === "chat-images", {
    path: ["avatar"],
    error: "is for chat-images only",
  })
  .refine(({ cover_of, bucket }) => cover_of === undefined || bucket === "chat-covers", {
    path: ["cover_of"],
    error: "is for chat-covers only",
  });
export type MediaRequest = z.infer<typeof MediaRequest>;

/** A file of the caller's library. */
export const Media = z.object({
  media_id: Id,
  bucket: z.string(),
  path: z.string(),
  image_class_id: Position,
  /** Seconds. */
  create_time: z.int().positive(),
  kind: z.enum(["image", "video", "audio", "file", "cover", "avatar"]),
  mime_type: z.string(),
  size: Position,
  /** Pixels, as it is seen. */
  width: z.int().positive().optional(),
  height: z.int().positive().optional(),
  /** Milliseconds. */
  duration: Position.optional(),
  waveform: z.array(z.int().min(0).max(100)).optional(),
  file_name: z.string().optional(),
});
export type Media = z.infer<typeof Media>;

/** What `get_upload` answers. */
export const Upload = Media.extend({
  owner_id: Id,
  is_checked: z.boolean(),
  max_size: Position.nullable(),
  /** Of the bytes that are in Storage now; null when there are none. */
  version: z.string().nullable(),
});
export type Upload = z.infer<typeof Upload>;

/** What `chat-media` answers. */
export const CheckedMedia = Media.extend({
  /** For an hour; for an avatar, for good. */
  url: z.url(),
});
export type CheckedMedia = z.infer<typeof CheckedMedia>;
