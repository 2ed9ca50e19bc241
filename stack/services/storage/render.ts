import sharp, { type Sharp } from "sharp";
import type { Stored } from "./contract.ts";
import { noSuchKey, StorageError } from "./errors.ts";
import { describe, parseRenderOptions, type RenderOptions } from "./render_options.ts";
import { createQueue } from "./render_queue.ts";

/** The hosted platform's limits of what is transformed. */
const LARGEST_FILE = 25 * 1024 * 1024;
const MOST_PIXELS = 50_000_000;

const DEFAULT_QUALITY = 80;

/** Seconds of work on one image. */
const TIME_LIMIT = 30;

/** What is read, and what it is written as. SVG is left out: it can name other files, and would be given them. */
const FORMATS = {
  jpeg: "jpeg",
  png: "png",
  webp: "webp",
  gif: "gif",
  heif: "avif",
  tiff: "jpeg",
} as const;

type Output = typeof FORMATS[keyof typeof FORMATS];

// Several images at a time, each on one thread, leave the machine to the rest of the stack.
sharp.concurrency(1);
sharp.cache(false);
const queue = createQueue({ running: 2, waiting: 32 });

/**
 * Answers with an image that is resized and converted, as `/render/image/…` asks. What is said of the object itself
 * (its tag, how long it may be kept) is left to the caller.
 * @throws {StorageError} when the options are no good, when the object is no image, and when it is too large a one
 */
export async function renderImage(
  stored: Stored,
  transform: URLSearchParams,
  accept: string | null,
): Promise<Response> {
  const options = parseRenderOptions(transform);
  if (stored.size > LARGEST_FILE) throw unprocessable("Source image file is too big");
  const { data, info } = await queue(() => render(stored.path, options, accept));
  return new Response(data, {
    headers: {
      "content-type": `image/${info.format === "heif" ? "avif" : info.format}`,
      "content-length": String(info.size),
      "x-transformations": describe(options),
    },
  });
}

async function render(path: string, options: RenderOptions, accept: string | null) {
  // Images that are damaged here and there are shown as far as they go.
  const image = sharp(path, { failOn: "none", limitInputPixels: MOST_PIXELS });
  try {
    const { format } = await image.metadata();
    if (!isKnown(format)) throw unprocessable("Source image type is not supported");
    resize(image.autoOrient(), options);
    const output = outputFor(FORMATS[format], options, accept);
    convert(image, output, options.quality ?? DEFAULT_QUALITY);
    return await image.timeout({ seconds: TIME_LIMIT }).toBuffer({ resolveWithObject: true });
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const isThere = await Deno.stat(path).then(() => true, () => false);
    throw isThere ? unprocessable(reason(error), error) : noSuchKey();
  }
}

function reason(error: unknown): string {
  return /pixel limit/.test(String(error))
    ? "Source image resolution is too big"
    : "Source image is broken or not an image";
}

// An image is never made larger than it is.
function resize(image: Sharp, { width, height, resize }: RenderOptions): void {
  if (!width && !height) return;
  const both = width && height;
  const fit = resize === "contain" ? "inside" : resize === "fill" && both ? "fill" : "cover";
  image.resize({
    ...width ? { width } : {},
    ...height ? { height } : {},
    fit,
    withoutEnlargement: true,
  });
}

function outputFor(origin: Output, { format }: RenderOptions, accept: string | null): Output {
  if (format === "origin") return origin;
  // Only WebP is chosen for those who accept it: it is what the image server is configured for.
  return format ?? (accept?.includes("image/webp") ? "webp" : origin);
}

function convert(image: Sharp, output: Output, quality: number): void {
  switch (output) {
    // Palettes and lossless formats know no quality.
    case "png":
    case "gif":
      image.toFormat(output);
      break;
    default:
      image.toFormat(output, { quality });
  }
}

function isKnown(format: string): format is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, format);
}

function unprocessable(message: string, cause?: unknown): StorageError {
  return new StorageError(422, "ImageProcessingError", message, { cause });
}
