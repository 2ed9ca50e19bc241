import type { Call } from "../_shared/call.ts";
import { type CheckedMedia, Media, type MediaRequest, type Upload } from "../_shared/contract.ts";
import { deleteOrphanedFiles } from "../_shared/delete_orphaned_files.ts";
import { Refusal } from "../_shared/refusal.ts";
import { unwrap } from "../_shared/unwrap.ts";
import { inspectImage, memoryOf } from "./inspect.ts";
import { publicUrl } from "../_shared/public_url.ts";
import { withRoom } from "./room.ts";
import { findUpload } from "./stored_file.ts";

const BUCKET = "chat-avatars";
const LARGEST = 5 * 1024 * 1024;
/** What every browser shows. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
};

/**
 * Puts a cleaned copy of an upload where everybody can see it, under a name that nobody can guess before, and gives
 * the upload up. One that is in the library already stays there. Failing midway, the copy goes again and the upload
 * stays; failing at the end, the upload is left to whoever removes uploads that were never checked.
 */
export async function makeAvatar(
  { body, asService }: Call<MediaRequest>,
  { owner_id }: Upload,
): Promise<CheckedMedia> {
  const database = asService();
  const upload = await findUpload(database.storage, body);
  if (upload.size > LARGEST) throw new Refusal("file_too_large");
  const { after, facts } = await withRoom(
    memoryOf(upload),
    () => inspectImage(database.storage, upload),
  );
  const extension = EXTENSIONS[facts.mime_type];
  if (!extension) throw new Refusal("mime_type_invalid");

  const path = newPath(owner_id, extension);
  const files = database.storage.from(BUCKET);
  const { error } = await files.upload(path, after, { contentType: facts.mime_type });
  if (error) throw new Refusal("busy");
  const media = await register();
  // Leaves what was checked where it is.
  unwrap(await database.rpc("reject_upload", { bucket: body.bucket, path: body.path }));
  await deleteOrphanedFiles(database).catch(console.error);
  return { ...media, url: publicUrl(files.getPublicUrl(path).data.publicUrl) };

  async function register(): Promise<Media> {
    const { mime_type, size, width, height } = facts;
    try {
      return Media.parse(unwrap(
        await database.rpc("add_avatar", { owner_id, path, mime_type, size, width, height }),
      ));
    } catch (error) {
      await files.remove([path]);
      throw error;
    }
  }
}

/** As uploads are named: the owner, the day, the moment and chance. */
function newPath(owner_id: string, extension: string): string {
  const now = new Date();
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  const chance = crypto.randomUUID().slice(-12);
  return `${owner_id}/${day}/${now.getTime()}_${chance}.${extension}`;
}
