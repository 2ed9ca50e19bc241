// Files and functions through supabase-js: what the room of media needs besides verbs.
import { ChatError } from "../errors.ts";
import type { AnySupabaseClient } from "../supabase_transport.ts";

/** Where a file is. */
export type Place = { readonly bucket: string; readonly path: string };

/** How to speak to Storage without supabase-js. */
export type StorageAccess = {
  /** Up to `/storage/v1`. */
  readonly url: string;
  /** Good for one request: the token is as new as it can be. */
  readonly headers: Readonly<Record<string, string>>;
};

/** Pixels of a picture that Storage makes smaller. */
export type Sides = { readonly width?: number; readonly height?: number };

export interface Files {
  /** Uploads a file in one request. @throws {ChatError} */
  put(place: Place, file: Blob): Promise<void>;
  /** Links to files of one bucket, null for those that are not to be had. @throws {ChatError} */
  sign(bucket: string, paths: string[], expiresIn: number): Promise<(string | null)[]>;
  /** A link to a smaller form of a picture. @throws {ChatError} */
  signSmaller(place: Place, expiresIn: number, sides: Sides): Promise<string>;
  /** Calls an Edge Function. @throws {ChatError} */
  invoke<Answer>(name: string, body: Record<string, unknown>): Promise<Answer>;
  access(): Promise<StorageAccess>;
}

export function supabaseFiles(supabase: AnySupabaseClient): Files {
  return {
    put: async ({ bucket, path }, file) => {
      const { error } = await supabase.storage.from(bucket).upload(path, file);
      if (error) throw storageRefusal(error);
    },
    sign: async (bucket, paths, expiresIn) => {
      const { data, error } = await supabase.storage.from(bucket).createSignedUrls(
        paths,
        expiresIn,
      );
      if (error) throw storageRefusal(error);
      return data.map(({ signedUrl }) => signedUrl);
    },
    signSmaller: async ({ bucket, path }, expiresIn, sides) => {
      const { data, error } = await supabase.storage.from(bucket)
        .createSignedUrl(path, expiresIn, { transform: { ...sides, resize: "contain" } });
      if (error) throw storageRefusal(error);
      return data.signedUrl;
    },
    invoke: async (name, body) => {
      const { data, error } = await supabase.functions.invoke(name, { body });
      if (error) throw await functionRefusal(error);
      return data;
    },
    access: async () => {
      const { publicUrl } = supabase.storage.from("_").getPublicUrl("_").data;
      // Realtime has the two in public, whether the session or the app's own `accessToken` gives the token.
      const { apiKey, accessToken } = supabase.realtime;
      const token = await accessToken?.() ?? null;
      return {
        url: publicUrl.slice(0, publicUrl.indexOf("/object/public/")),
        headers: {
          ...apiKey === null ? {} : { apikey: apiKey },
          ...token === null ? {} : { authorization: `Bearer ${token}` },
        },
      };
    },
  };
}

/** For a transport that has none. */
export function noFiles(): Files {
  const refuse = () => Promise.reject(new ChatError("unreachable", 0, "There is no Storage here."));
  return { put: refuse, sign: refuse, signSmaller: refuse, invoke: refuse, access: refuse };
}

/** What Storage's refusals are called in the catalogue, where they mean the same. */
const WORDS: Readonly<Record<number, string>> = {
  404: "media_not_found",
  413: "file_too_large",
  415: "mime_type_invalid",
};

/** A refusal of Storage's. Its body says a status that is more exact than that of the answer. */
export function storageRefusal(
  { message, status = 0, statusCode = "" }: {
    message: string;
    status?: number | undefined;
    statusCode?: string | undefined;
  },
): ChatError {
  if (status === 0) return new ChatError("unreachable", 0, message);
  const exact = Number(statusCode) || status;
  return new ChatError(
    WORDS[exact] ?? (exact < 500 ? "upload_refused" : "internal"),
    exact,
    message,
  );
}

type FunctionError = {
  message: string;
  /** The answer, where there was one. */
  context?: Partial<Pick<Response, "status" | "json" | "headers">>;
};

async function functionRefusal({ message, context }: FunctionError): Promise<ChatError> {
  if (!context?.json || !context.status) return new ChatError("unreachable", 0, message);
  const { code, message: sentence } = await context.json().catch(() => ({}));
  const seconds = Number.parseInt(context.headers?.get("retry-after") ?? "", 10);
  return new ChatError(
    typeof code === "string" ? code : "internal",
    context.status,
    typeof sentence === "string" ? sentence : message,
    { retryAfter: seconds >= 0 ? seconds : undefined },
  );
}
