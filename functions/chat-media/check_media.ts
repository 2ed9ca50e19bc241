import type { Call } from "../_shared/call.ts";
import { type CheckedMedia, Media, type MediaRequest, Upload } from "../_shared/contract.ts";
import { deleteOrphanedFiles } from "../_shared/delete_orphaned_files.ts";
import { Refusal } from "../_shared/refusal.ts";
import { unwrap } from "../_shared/unwrap.ts";
import { type Facts, inspect, memoryOf } from "./inspect.ts";
import { makeAvatar } from "./make_avatar.ts";
import { publicUrl } from "../_shared/public_url.ts";
import { withRoom } from "./room.ts";
import { findUpload, isStored, replaceFile, type StoredUpload } from "./stored_file.ts";

type MediaCall = Call<MediaRequest>;

/**
 * One to clean a film, one to look at what is there then, and two for whoever else is at the same file. Only a version
 * whose bytes have been seen clean is let in: nothing that is swapped in between gets past.
 */
const ROUNDS = 4;
const URL_LIFE = 60 * 60;
/** A file that is refused for one of these is removed. Others are nobody's fault, or the request's. */
const REMOVING = new Set([
  "file_disguised",
  "file_unreadable",
  "file_too_large",
  "image_too_large",
  "mime_type_invalid",
]);

/**
 * Looks at a file that the caller has uploaded, and lets it into the library, or refuses and removes it. The same
 * call again answers the same. A call that fails midway leaves the upload as it was, or cleaned, but not let in.
 */
export async function checkMedia(call: MediaCall): Promise<CheckedMedia> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const upload = await getUpload(call);
    if (upload.version === null) throw new Refusal("media_not_found");
    if (call.body.avatar) return await removing(call, () => makeAvatar(call, upload));
    if (upload.is_checked) return await answer(call, upload);
    const media = await removing(call, () => settle(call, upload));
    if (media) return await answer(call, media);
  }
  throw new Refusal("busy");
}

async function getUpload({ body: { bucket, path }, asCaller }: MediaCall): Promise<Upload> {
  return Upload.parse(unwrap(await asCaller.rpc("get_upload", { bucket, path })));
}

/** Null when the file is another one by now: because it was cleaned, or because somebody else was faster. */
async function settle(call: MediaCall, { max_size }: Upload): Promise<Media | null> {
  const { storage } = call.asService();
  try {
    const upload = await findUpload(storage, call.body);
    if (max_size !== null && upload.size > max_size) throw new Refusal("file_too_large");
    return await withRoom(memoryOf(upload), () => settleVersion(call, upload));
  } catch (error) {
    if (error instanceof Refusal && error.code === "busy") return null;
    throw error;
  }
}

async function settleVersion(call: MediaCall, upload: StoredUpload): Promise<Media | null> {
  const { storage } = call.asService();
  const inspected = await inspect(storage, upload);
  if ("stream" in inspected) {
    await replaceFile(storage, upload, inspected.stream, inspected.mime_type);
    return null;
  }
  const { facts } = inspected;
  if (!("replacement" in inspected)) return await letIn(call, upload, facts);
  await replaceFile(storage, upload, inspected.replacement, facts.mime_type);
  const stored = await findUpload(storage, upload);
  const isOurs = await isStored(storage, stored, inspected.replacement);
  return isOurs ? await letIn(call, stored, facts) : null;
}

async function letIn(
  { body, asService }: MediaCall,
  { bucket, path, version }: StoredUpload,
  facts: Facts,
): Promise<Media> {
  const settled = await asService().rpc("settle_upload", {
    bucket,
    path,
    version,
    facts: withWords(body, facts),
  });
  return Media.parse(unwrap(settled));
}

/** What the app says goes with what the bytes say, and never against it. */
function withWords(
  { bucket, image_class_id, file_name, duration, waveform, cover_of }: MediaRequest,
  facts: Facts,
) {
  const lasts = bucket === "chat-videos" || bucket === "chat-audio";
  return {
    ...duration !== undefined && lasts ? { duration } : {},
    ...facts,
    class_id: image_class_id,
    ...file_name === undefined ? {} : { file_name },
    ...waveform !== undefined && bucket === "chat-audio" ? { waveform } : {},
    ...cover_of === undefined ? {} : { cover_of },
  };
}

/** Removes the upload when it is refused for what it is. Its row goes first: what then stays in Storage is queued. */
async function removing<Answer>(
  { body: { bucket, path }, asService }: MediaCall,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && REMOVING.has(error.code)) {
      const database = asService();
      unwrap(await database.rpc("reject_upload", { bucket, path }));
      await deleteOrphanedFiles(database).catch(console.error);
    }
    throw error;
  }
}

async function answer({ asService }: MediaCall, media: Media): Promise<CheckedMedia> {
  const { bucket, path } = media;
  const { data, error } = await asService().storage.from(bucket).createSignedUrl(path, URL_LIFE);
  if (error) throw new Refusal("busy");
  return { ...Media.parse(media), url: publicUrl(data.signedUrl) };
}
