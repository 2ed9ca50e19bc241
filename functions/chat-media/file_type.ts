import { Refusal } from "../_shared/refusal.ts";
import { type Bytes, latin1, Reader } from "./bytes.ts";
import { fileTypeFromBuffer, supportedMimeTypes } from "./deps.ts";

export type Kind = "image" | "video" | "audio" | "file";

/** Names of one and the same kind of bytes. The first one of pictures is how we call them. */
const SYNONYMS: readonly (readonly string[])[] = [
  ["image/jpeg", "image/jpg", "image/pjpeg"],
  ["image/png", "image/apng", "image/x-png"],
  ["image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence"],
  [
    ...["video/mp4", "audio/mp4", "audio/x-m4a", "audio/m4a", "audio/mp4a-latm", "video/x-m4v"],
    ...["video/quicktime", "video/3gpp", "video/3gpp2", "audio/3gpp", "audio/3gpp2"],
  ],
  [
    ...["video/webm", "audio/webm", "video/matroska", "audio/matroska"],
    ...["video/x-matroska", "audio/x-matroska"],
  ],
  ["audio/ogg", "video/ogg", "application/ogg", "audio/opus", "audio/vorbis", "audio/speex"],
  ["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"],
  ["audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg", "audio/mpeg3"],
  ["audio/aac", "audio/x-aac", "audio/aacp", "audio/vnd.dlna.adts"],
  ["audio/flac", "audio/x-flac"],
  ["audio/aiff", "audio/x-aiff"],
  ["audio/midi", "audio/x-midi"],
  ["audio/amr", "audio/amr-wb"],
  ["video/vnd.avi", "video/x-msvideo", "video/avi"],
  [
    "video/x-ms-asf",
    "video/x-ms-wmv",
    "audio/x-ms-asf",
    "audio/x-ms-wma",
    "application/vnd.ms-asf",
  ],
  ["video/mpeg", "video/mp1s", "video/mp2p"],
  [
    ...["image/tiff", "image/x-adobe-dng", "image/x-canon-cr2", "image/x-nikon-nef"],
    ...["image/x-sony-arw", "image/x-olympus-orf", "image/x-panasonic-rw2"],
  ],
  ["application/gzip", "application/x-gzip"],
  ["application/x-rar-compressed", "application/vnd.rar"],
  ["application/rtf", "text/rtf"],
  ["application/x-msdownload", "application/vnd.microsoft.portable-executable"],
];

/** Formats that others are made of: the first bytes may say no more than that. */
const ZIPS =
  /^application\/(zip|x-zip-compressed|epub\+zip|java-archive|x-xpinstall|vnd\.(openxmlformats|oasis\.opendocument|ms-(excel|word|powerpoint|visio)|android\.package).*)$/;
const COMPOUNDS =
  /^application\/(x-cfb|msword|vnd\.ms-(excel|powerpoint|project|outlook|works)|vnd\.visio|x-msi)$/;
const CONTAINERS = /^application\/(zip|java-archive|x-cfb|gzip|x-sqlite3)$/;
/** Some files of these begin with a signature, others do not. */
const UNSIGNED = /^(text|model)\/|^application\/(json|x-apple-diskimage)$/;
/** A browser that shows one of these runs what is in it. */
const SCRIPTABLE =
  /\+xml$|^(text|application)\/((x-)?(java|ecma|j|live)script|xml.*|xsl.*|html|vbscript|mathml)$|^multipart\/|^message\/rfc822$|^application\/(x-)?mimearchive$|^application\/x-shockwave-flash$/;
/** Words with a beginning of their own are still words. */
const WORDS = /^text\/|^application\/(xml|rtf|postscript|eps|pgp-encrypted|x-ms-regedit)$/;

/**
 * What a file is, by its first bytes.
 * @throws {Refusal} `file_disguised` when its type says something else; `mime_type_invalid` when files of its type would
 * run in a browser: as `application/octet-stream` they can be sent
 */
export async function judgeType(head: Bytes, claimed: string, kind: Kind): Promise<string> {
  const [claim = ""] = claimed.toLowerCase().split(";", 1);
  const found = await sniff(head);
  if (kind === "file") {
    if (SCRIPTABLE.test(claim)) throw new Refusal("mime_type_invalid");
    if (!fits(claim, found)) throw new Refusal("file_disguised");
    return claim;
  }
  if (found === null || family(found) !== family(claim)) throw new Refusal("file_disguised");
  return kind === "image" ? family(found) : claim;
}

/** As file-type says, without parameters; null for bytes without a signature. */
export async function sniff(head: Bytes): Promise<string | null> {
  const type = await fileTypeFromBuffer(head).catch(() => undefined); // it may end in the middle
  const [mimeType = null] = type?.mime.toLowerCase().split(";", 1) ?? [];
  // What else a TIFF is stands at its end.
  if (!mimeType && /^(II\*\0|MM\0\*)/.test(latin1(head.subarray(0, 4)))) return "image/tiff";
  return mimeType?.startsWith("image/heif") && namesAvif(head) ? "image/avif" : mimeType;
}

// The general brand of such pictures says nothing of their coding; those behind it do.
function namesAvif(head: Bytes): boolean {
  const size = new Reader(head).u32();
  return /^(....)*avi[fs]/s.test(latin1(head.subarray(16, Math.min(size, 256))));
}

/** Files of all types go, but none under the name of another. */
function fits(claim: string, found: string | null): boolean {
  if (claim === "application/octet-stream") return true;
  const isWords = claim.startsWith("text/") || claim === "application/json";
  if (found === null) return !SIGNED.has(claim) || UNSIGNED.test(claim);
  if (family(found) === family(claim)) return true;
  if (isWords) return WORDS.test(found);
  if (ZIPS.test(found) && ZIPS.test(claim)) return true;
  if (COMPOUNDS.test(found) && COMPOUNDS.test(claim)) return true;
  return !SIGNED.has(claim) && (CONTAINERS.test(found) || WORDS.test(found));
}

/** Types whose files begin with a signature, as far as file-type knows it. */
const SIGNED: ReadonlySet<string> = new Set(
  [...supportedMimeTypes].flatMap((type) => synonyms(type.toLowerCase())),
);

function family(type: string): string {
  return synonyms(type)[0] ?? type;
}

function synonyms(type: string): readonly string[] {
  return SYNONYMS.find((names) => names.includes(type)) ?? [type];
}
