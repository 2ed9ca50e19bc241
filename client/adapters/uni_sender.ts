import { ChatError } from "../errors.ts";
import { storageRefusal } from "../media/files.ts";
import type { Parcel, Sender } from "../media/sender.ts";
import { abortError, type UniApi } from "./uni_api.ts";

/** Uploads files by their paths over `uploadFile`, in one request that says its progress and can be stopped. */
export function uniSender(api: Pick<UniApi, "uploadFile">): Sender {
  return (parcel) => ({
    place: () => parcel.place,
    attempt: async (signal) => {
      const { url, headers } = await parcel.access();
      if (signal.aborted) throw abortError(signal);
      await upload(api, parcel, `${url}/object/`, headers, signal);
    },
    end: () => {},
  });
}

function upload(
  api: Pick<UniApi, "uploadFile">,
  { file, place: { bucket, path }, mimeType, onProgress }: Parcel,
  base: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  if ("slice" in file) throw new TypeError("This platform uploads files by their paths.");
  return new Promise((resolve, reject) => {
    const stop = () => {
      task.abort();
      reject(abortError(signal));
    };
    const task = api.uploadFile({
      url: base + [bucket, ...path.split("/")].map(encodeURIComponent).join("/"),
      filePath: file.path,
      name: "file",
      header: { ...headers },
      // The platform guesses a type from the name of the file; this one counts.
      formData: { cacheControl: "3600", contentType: mimeType },
      success: ({ statusCode, data }) => {
        signal.removeEventListener("abort", stop);
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(refusalOf(statusCode, data));
      },
      fail: ({ errMsg }) => {
        signal.removeEventListener("abort", stop);
        reject(new ChatError("unreachable", 0, errMsg ?? "the upload failed"));
      },
    });
    signal.addEventListener("abort", stop);
    task.onProgressUpdate(({ progress }) => onProgress(Math.floor(file.size * progress / 100)));
  });
}

function refusalOf(status: number, body: string): ChatError {
  const { message, statusCode } = parse(body);
  return storageRefusal({ status, statusCode, message: message ?? `HTTP ${status}` });
}

function parse(body: string): { message?: string; statusCode?: string } {
  try {
    return { ...JSON.parse(body) };
  } catch {
    return {};
  }
}
