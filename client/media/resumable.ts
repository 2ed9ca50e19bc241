// Large files in parts, by tus-js-client. An entry point of its own: who does not upload large files does not load it.
import { DetailedError, type FileSource, type PreviousUpload, Upload } from "tus-js-client";
import { ChatError } from "../errors.ts";
import { storageRefusal } from "./files.ts";
import type { Parcel, Sender, Sending } from "./sender.ts";

/** The hosted platform takes parts of exactly this size. */
const PART = 6 * 1024 * 1024;
/** As long as the hosted platform keeps what has begun. */
const DAY = 24 * 60 * 60 * 1000;

/**
 * What was received stays when the line breaks, also over a reload of the page, where the browser has `localStorage`
 * and the person chooses the same file again.
 *
 * @example
 * ```ts
 * const chat = createChat(supabase, { media: { parts: sendInParts } });
 * ```
 */
export const sendInParts: Sender = (parcel: Parcel): Sending => {
  const name = claim(nameOf(parcel));
  let place = parcel.place;
  let current: Upload | null = null;

  async function open(): Promise<Upload> {
    const upload = await createUpload(parcel, place, name);
    const previous = (await upload.findPreviousUploads()).find(isUsable);
    if (!previous) {
      upload.url = current?.url ?? null;
      return upload;
    }
    upload.resumeFromPreviousUpload(previous);
    place = { ...place, path: previous.metadata["objectName"] ?? place.path };
    upload.options.metadata = metadataOf(parcel, place); // for the case that the server has forgotten it
    return upload;
  }

  return {
    place: () => place,
    attempt: async (signal) => {
      // Another one each time: what comes late of the one before is not heard any more.
      const upload = await open();
      if (signal.aborted) throw signal.reason;
      current = upload;
      await run(upload, signal);
      current = null; // what has arrived is no upload any more, and cannot be ended
    },
    end: (isForGood) => {
      if (name !== null) running.delete(name);
      // What cannot be ended now is swept away after a day.
      if (isForGood) current?.abort(true).catch(() => {});
    },
  };
};

/** The same file twice at one time is two uploads. */
const running = new Set<string>();

function claim(name: string | null): string | null {
  if (name === null || running.has(name)) return null;
  running.add(name);
  return name;
}

async function createUpload(
  parcel: Parcel,
  place: Parcel["place"],
  name: string | null,
): Promise<Upload> {
  const { file, access, onProgress } = parcel;
  if (!("slice" in file)) throw new TypeError("A file by its path needs a sender of its platform.");
  const { url } = await access();
  return new Upload(file, {
    endpoint: `${url}/upload/resumable`,
    metadata: metadataOf(parcel, place),
    chunkSize: PART,
    uploadDataDuringCreation: true,
    retryDelays: null, // whoever makes attempts waits in between
    fileReader: { openFile: (blob: Blob) => Promise.resolve(sourceOf(blob)) },
    fingerprint: () => Promise.resolve(name ?? ""),
    storeFingerprintForResuming: name !== null,
    removeFingerprintOnSuccess: true,
    onBeforeRequest: async (request) => {
      const { headers } = await access(); // a token lives for an hour, an upload perhaps longer
      for (const [key, value] of Object.entries(headers)) request.setHeader(key, value);
    },
    onProgress: (sent) => onProgress(sent),
  });
}

/** The same in browsers and on servers, where tus-js-client reads no Blobs. */
function sourceOf(file: Blob): FileSource {
  return {
    size: file.size,
    slice: async (start, end) => {
      const part = await file.slice(start, end).arrayBuffer().catch((cause) => {
        // It was changed or removed since it was chosen.
        throw new ChatError("file_unreadable", 400, String(cause), { cause });
      });
      const value = Object.assign(new Uint8Array(part), { size: part.byteLength });
      return { value, done: end >= file.size };
    },
    close: () => {},
  };
}

function metadataOf({ mimeType }: Parcel, { bucket, path }: Parcel["place"]) {
  return { bucketName: bucket, objectName: path, contentType: mimeType, cacheControl: "3600" };
}

/** By what the same file is known again; null for what has no name, such as a recording. */
function nameOf({ file, key }: Parcel): string | null {
  if (!(file instanceof File)) return null;
  return ["supabase-chat", key, file.name, file.type, file.size, file.lastModified].join(" ");
}

function isUsable({ creationTime, metadata, uploadUrl }: PreviousUpload): boolean {
  const age = Date.now() - Date.parse(creationTime);
  return uploadUrl !== null && metadata["objectName"] !== undefined && age < DAY;
}

function run(upload: Upload, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    upload.options.onSuccess = () => resolve();
    upload.options.onError = (error) => reject(refusalOf(error));
    signal.addEventListener("abort", () => {
      void upload.abort();
      reject(signal.reason);
    });
    upload.start();
  });
}

function refusalOf(error: Error): Error {
  if (!(error instanceof DetailedError)) return error;
  const { originalResponse: answer, causingError } = error;
  if (causingError instanceof ChatError) return causingError;
  const status = answer?.getStatus() ?? 0;
  // Another request is still writing, or has written more than this one knew: the next attempt asks how much.
  if (status === 409 || status === 423) return new ChatError("busy", 503, error.message);
  return storageRefusal({ status, message: error.message });
}
