import { Refusal } from "../_shared/refusal.ts";
import { type Box, freeBox, HEAD, readBox, readBoxes } from "./boxes.ts";
import { type Bytes, u32 } from "./bytes.ts";
import type { Cleaned } from "./clean_image.ts";
import { UPRIGHT } from "./exif.ts";
import { type Extent, type Item, only, openBox, readItems } from "./heif_items.ts";
import { findWords } from "./movie_words.ts";

const AT_TOP = new Set(["ftyp", "meta", "mdat", "moov"]);
const IN_META = new Set(["hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "grpl", "dinf"]);
/** Coded pictures, and pictures made of those. Everything else is told about them: Exif, XMP, what apps put there. */
const PICTURES = new Set(
  "hvc1 hev1 lhv1 vvc1 avc1 av01 grid iovl iden tmap".split(" "),
);
/** Properties that are words and times, not pixels. */
const WORDS = new Set(["udes", "cre8", "mdft", "uuid"]);
/** Boxes of data: one is usual. */
const MOST_STORES = 16;
/** Where its directory is, and that it has no entry. */
const EMPTY_EXIF = Uint8Array.of(0, 0, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0);

/**
 * Overwrites with zeros all that no picture needs, in place: a HEIC or AVIF file is full of offsets, and so none of
 * them moves. That is Exif, XMP, other items, unknown boxes, and every byte of the data that no picture claims, where
 * phones put the film of a moving picture. The orientation is a property of the picture, not part of Exif.
 */
export async function cleanHeif(bytes: Bytes): Promise<Cleaned> {
  const clean = bytes.slice();
  freeRest(clean);
  const top = readBoxes(clean, 0, clean.length);
  const meta = only(top, "meta");
  const inMeta = readBoxes(clean, meta.body + 4, meta.end);
  const items = readItems(clean, inMeta);
  const isPicture = ({ type }: Item) => PICTURES.has(type);
  if (!items.some(isPicture)) throw new Refusal("file_unreadable");

  const stores = [...top, ...inMeta].filter(({ type }) => type === "mdat" || type === "idat");
  if (stores.length > MOST_STORES) throw new Refusal("file_unreadable");
  const pictures = items.filter(isPicture).flatMap(({ extents }) => extents)
    .toSorted((one, other) => one.start - other.start);
  const others = items.filter((item) => !isPicture(item)).flatMap(({ extents }) => extents);
  for (const extent of [...pictures, ...others]) assertStored(extent, stores);

  const movie = top.find(({ type }) => type === "moov");
  if (movie) {
    // Its samples lie in between, claimed by tables of their own.
    const read = (start: number, end: number) => Promise.resolve(clean.subarray(start, end));
    for (const box of await findWords(read, movie.start, movie.end)) freeBox(clean, box);
    for (const { start, end } of others) clean.fill(0, start, end);
  } else {
    for (const store of stores) emptyBetween(clean, store, pictures);
  }
  for (const item of items) if (item.type === "Exif") storeEmptyExif(clean, item);
  for (const box of top) if (!AT_TOP.has(box.type)) freeBox(clean, box);
  for (const box of inMeta) if (!IN_META.has(box.type)) freeBox(clean, box);
  for (const box of properties(clean, inMeta)) if (WORDS.has(box.type)) freeBox(clean, box);
  return { bytes: clean, orientation: UPRIGHT };
}

/** The sides of the main picture as it is seen, after its own rotation. */
export function heifSides(bytes: Bytes): { width: number; height: number } {
  const meta = only(readBoxes(bytes, 0, bytes.length), "meta");
  const boxes = readBoxes(bytes, meta.body + 4, meta.end);
  const primary = openBox(bytes, only(boxes, "pitm"));
  const id = primary.version === 0 ? primary.reader.u16() : primary.reader.u32();
  const all = properties(bytes, boxes);
  const own = readAssociations(bytes, boxes, id).map((index) => all[index - 1]);
  const extent = own.find((box) => box?.type === "ispe");
  if (!extent) throw new Refusal("file_unreadable");
  const { reader } = openBox(bytes, extent);
  const [width, height] = [reader.u32(), reader.u32()];
  const turn = own.find((box) => box?.type === "irot");
  const isOnItsSide = turn && turn.body < turn.end && ((bytes[turn.body] ?? 0) & 1) === 1;
  return isOnItsSide ? { width: height, height: width } : { width, height };
}

function properties(bytes: Bytes, inMeta: readonly Box[]): Box[] {
  const iprp = only(inMeta, "iprp");
  const ipco = only(readBoxes(bytes, iprp.body, iprp.end), "ipco");
  return readBoxes(bytes, ipco.body, ipco.end);
}

/** The numbers, from 1, of the properties of an item. */
function readAssociations(bytes: Bytes, inMeta: readonly Box[], wanted: number): number[] {
  const iprp = only(inMeta, "iprp");
  const found: number[] = [];
  for (const box of readBoxes(bytes, iprp.body, iprp.end)) {
    if (box.type !== "ipma") continue;
    const { version, flags, reader } = openBox(bytes, box);
    for (let items = reader.u32(); items > 0; items -= 1) {
      const id = version === 0 ? reader.u16() : reader.u32();
      for (let count = reader.u8(); count > 0; count -= 1) {
        const index = flags & 1 ? reader.u16() & 0x7fff : reader.u8() & 0x7f;
        if (id === wanted) found.push(index);
      }
    }
  }
  return found;
}

// Whoever claims a place outside of the data would have us overwrite, or keep, anything.
function assertStored({ start, end }: Extent, stores: readonly Box[]): void {
  const isStored = stores.some((box) => box.body <= start && start < end && end <= box.end);
  if (!isStored) throw new Refusal("file_unreadable");
}

// Phones append what is no box at all. It becomes one, an empty one.
function freeRest(bytes: Bytes): void {
  for (let start = 0; start < bytes.length;) {
    const box = readBox(bytes.subarray(start, start + HEAD), start, bytes.length);
    if (!box) {
      bytes.fill(0, start);
      if (bytes.length - start < 8) return;
      bytes.set(u32(bytes.length - start), start);
      return freeBox(bytes, { type: "", start, body: start + 8, end: bytes.length });
    }
    start = box.end;
  }
}

// Some decoders refuse the picture when its Exif is only zeros.
function storeEmptyExif(bytes: Bytes, { extents: [extent] }: Item): void {
  if (extent && extent.end - extent.start >= EMPTY_EXIF.length) bytes.set(EMPTY_EXIF, extent.start);
}

function emptyBetween(bytes: Bytes, store: Box, kept: readonly Extent[]): void {
  let position = store.body;
  for (const { start, end } of kept) {
    if (start >= store.end || end <= position) continue;
    if (start > position) bytes.fill(0, position, start);
    position = end;
  }
  bytes.fill(0, position, store.end);
}
