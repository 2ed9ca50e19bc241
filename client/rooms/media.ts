import type { CheckedMedia, VideoCover } from "../../functions/_shared/contract.ts";
import { ChatError } from "../errors.ts";
import type { Files, Place } from "../media/files.ts";
import { createLinks, type LinkOptions } from "../media/links.ts";
import type { Sender, Uploadable } from "../media/sender.ts";
import { startUpload, type Upload, type UploadWish } from "../media/upload.ts";
import type { Clock, Surroundings } from "../transport.ts";
import type { Call } from "../types.ts";
import { bind, type Method } from "./verbs.ts";

const VERBS = [
  "prepare_upload",
  "get_upload",
  "choose_cover",
  "delete_media",
] as const;

/** How a picture of a video is to be. */
export type CoverWish = {
  /** Milliseconds from the beginning; a second by default, where most films show something. */
  readonly time?: number;
  /** Pixels; 640 wide by default. */
  readonly width?: number;
  readonly height?: number;
  /** The video itself, if it is at hand. */
  readonly file?: Blob;
};

/** A cover: an image of the caller's that belongs to a video. */
export type Cover = Place & {
  readonly media_id: string;
  /** For an hour. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
};

/** A picture out of a video, or null where the device cannot read the video. */
export type TakePicture = (
  file: Blob,
  wish: { readonly time: number; readonly width?: number; readonly height?: number },
) => Promise<Blob | null>;

export type MediaOptions = {
  /** How large files go: `sendInParts` of `client/media/resumable.ts`. Without it they go in one request. */
  readonly parts?: Sender;
  /** How other files go, where supabase-js cannot upload: `sendByPath` of `client/adapters/`. */
  readonly whole?: Sender;
  /** Bytes up to which a file goes in one request; 6 MB by default. 0 lets every upload say its progress. */
  readonly wholeUpTo?: number;
  /** How covers are made on the device: `takePicture` of `client/media/take_picture.ts`. */
  readonly takePicture?: TakePicture;
};

/** Files. The first four methods are the verbs of their names in docs/verbs.md. */
export interface MediaRoom {
  /**
   * Where to upload a file of a kind, type and size.
   *
   * @throws {ChatError} `guests_cannot`, `kind_invalid`, `path_invalid`, `directory_invalid`,
   * `file_name_invalid`, `mime_type_invalid`, `file_too_large`, `upload_quota_over`
   */
  prepareUpload: Method<"prepare_upload">;
  /**
   * A file that the caller uploaded, checked or not.
   *
   * @throws {ChatError} `media_not_found`
   */
  getUpload: Method<"get_upload">;
  /**
   * Shows a video of the caller's with another of its covers. Answers the video.
   *
   * @throws {ChatError} `media_not_found`, `media_wrong_kind`
   */
  chooseCover: Method<"choose_cover">;
  /**
   * Deletes a file of the caller's that no message uses.
   *
   * @throws {ChatError} `media_not_found`, `media_in_use`
   */
  deleteMedia: Method<"delete_media">;
  /**
   * Brings a file into the library, over lines that break. `done` fails with a ChatError: what `prepareUpload` says,
   * `file_disguised`, `file_unreadable`, `image_too_large`, `aborted`, or `unreachable` after minutes without a line.
   *
   * @example
   * ```ts
   * const upload = chat.media.upload(file, { kind: "image", onProgress: (sent, total) => show(sent / total) });
   * const { media_id } = await upload.done;
   * await chat.messages.send({ conversation_id, kind: "image", body: { media_id } });
   * ```
   */
  upload(file: Uploadable, wish: Omit<UploadWish, "avatar">): Upload;
  /**
   * Makes a picture of a person or a group of an image. Its `url` is public, and works for good.
   *
   * @throws {ChatError} as `upload`
   */
  avatar(file: Uploadable): Promise<CheckedMedia>;
  /**
   * A link to a file: the same one until shortly before it ends. With sides, to a smaller form of a picture, where the
   * project has image transformations.
   *
   * @throws {ChatError} `media_not_found`
   */
  url(place: Place, options?: LinkOptions): Promise<string>;
  /**
   * Makes a picture of a video of the caller's: on the device if it can and has the file, else on the server. The first
   * one is what the video is shown with; `chooseCover` takes a later one.
   *
   * @throws {ChatError} as `upload`, and what docs/video-cover.md says
   */
  makeCover(
    video: Place & { readonly media_id: string; readonly width?: number | undefined },
    wish?: CoverWish,
  ): Promise<Cover>;
}

export type MediaGround = {
  readonly call: Call;
  readonly files: Files;
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  readonly options: MediaOptions;
};

/** On the hosted platform larger uploads are to go in parts. */
const WHOLE_UP_TO = 6 * 1024 * 1024;
const COVER = { time: 1_000, width: 640 };

export function mediaRoom(ground: MediaGround): { room: MediaRoom; forgetLinks: () => void } {
  const { call, files, clock, options } = ground;
  const links = createLinks(files, clock);
  const upload = (file: Uploadable, wish: UploadWish) =>
    startUpload(file, wish, { wholeUpTo: WHOLE_UP_TO, ...options, ...ground });

  async function coverFromDevice(
    media_id: string,
    { file, ...wish }: CoverWish & { time: number },
  ): Promise<Cover | null> {
    if (!file || !options.takePicture) return null;
    const picture = await options.takePicture(file, wish).catch(() => null);
    if (!picture) return null;
    const fileName = `cover.${picture.type.split("/")[1]}`;
    const cover = await upload(picture, { kind: "cover", fileName, coverOf: media_id }).done;
    const { width = 0, height = 0 } = cover;
    return { ...placeOf(cover), media_id: cover.media_id, url: cover.url, width, height };
  }

  async function coverFromServer(video: Place, wish: CoverWish): Promise<Cover> {
    const { time, width, height } = wish;
    const body = { ...placeOf(video), time, width, height, format: "jpg", base64: false };
    const { bucket, path, ...cover } = await files.invoke<VideoCover>("chat-video-cover", body);
    if (!bucket || !path) throw new ChatError("internal", 500, "The cover was not kept.");
    const { media_id } = await call("get_upload", { bucket, path });
    return { bucket, path, media_id, url: cover.url, width: cover.width, height: cover.height };
  }

  const room: MediaRoom = {
    ...bind(call, VERBS),
    upload,
    avatar: (file) => upload(file, { kind: "image", avatar: true }).done,
    url: (place, wish = {}) => links.get(place, wish),
    makeCover: async (video, given = {}) => {
      const width = Math.min(COVER.width, video.width ?? COVER.width); // never larger than the film
      const sides = given.height === undefined ? { width } : {};
      const wish = { time: COVER.time, ...sides, ...given };
      return await coverFromDevice(video.media_id, wish) ?? await coverFromServer(video, wish);
    },
  };
  return { room, forgetLinks: links.forget };
}

function placeOf({ bucket, path }: Place): Place {
  return { bucket, path };
}
