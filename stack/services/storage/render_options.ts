import { z } from "zod";
import { invalidRequest } from "./errors.ts";

/** Sides beyond this are taken for it, as on the hosted platform. */
const LARGEST_SIDE = 2500;

const integer = z.string().regex(/^\d+$/, "must be integer").transform(Number);

const side = integer.transform((pixels) => Math.min(pixels, LARGEST_SIDE)).optional();

const options = z.object({
  width: side,
  height: side,
  resize: oneOf("cover", "contain", "fill"),
  format: oneOf("origin", "avif", "webp"),
  quality: integer.refine((quality) => quality >= 20, "must be >= 20")
    .refine((quality) => quality <= 100, "must be <= 100")
    .optional(),
});

/** What is to be done to an image; a side of 0 is one that nobody asked for. */
export type RenderOptions = z.infer<typeof options>;

/** @throws {StorageError} 400 InvalidRequest */
export function parseRenderOptions(transform: URLSearchParams): RenderOptions {
  const { data, error } = options.safeParse(Object.fromEntries(transform));
  if (data) return data;
  const { path, message } = error.issues[0]!;
  throw invalidRequest(`querystring/${path.join("/")} ${message}`);
}

/** The options as the image server behind the real service is told them, which clients find in a header. */
export function describe({ width, height, resize, quality, format }: RenderOptions): string {
  const types = { cover: "fill", contain: "fit", fill: "force" };
  const parts = [
    height && `height:${height}`,
    width && `width:${width}`,
    (width || height) && `resizing_type:${types[resize ?? "cover"]}`,
    quality && `quality:${quality}`,
    format && format !== "origin" && `format:${format}`,
  ];
  return parts.filter(Boolean).join(",");
}

function oneOf<const Words extends readonly string[]>(...words: Words) {
  return z.enum(words, "must be equal to one of the allowed values").optional();
}
