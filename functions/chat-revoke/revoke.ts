import type { Call, Client } from "../_shared/call.ts";
import type { RevokeRequest } from "../_shared/contract.ts";
import { deleteOrphanedFiles } from "../_shared/delete_orphaned_files.ts";
import { invalid } from "../_shared/refusal.ts";
import { DatabaseError, unwrap } from "../_shared/unwrap.ts";

/**
 * Takes back a message, and deletes the files that nothing else uses. Who may is for `chat.revoke_message` to say; of
 * what the client tells about the message, only the id is believed. Answers the notice that everybody gets.
 *
 * Without an id, for the service key: deletes files that an earlier call could not.
 */
export async function revoke({ body, asCaller, asService }: Call<RevokeRequest>): Promise<unknown> {
  if (body.id === undefined) return { deleted: await tidyUp(asCaller) };
  const notice = unwrap(await asCaller.rpc("revoke_message", { message_id: body.id }));
  // The message is gone for everyone by now: files that stay are still queued, and nobody has to hear of them.
  await deleteOrphanedFiles(asService()).catch(console.error);
  return notice;
}

// The database opens the queue for the service only: anybody else without an id has forgotten it.
async function tidyUp(asCaller: Client): Promise<number> {
  try {
    return await deleteOrphanedFiles(asCaller);
  } catch (error) {
    const isForbidden = error instanceof DatabaseError && error.code === "42501";
    throw isForbidden ? invalid("id: is required") : error;
  }
}
