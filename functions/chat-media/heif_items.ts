import { Refusal } from "../_shared/refusal.ts";
import { type Box, readBoxes } from "./boxes.ts";
import { assertFew, type Bytes, Reader } from "./bytes.ts";

/** Where a part of an item is in the file. */
export type Extent = { start: number; end: number };
export type Item = { id: number; type: string; extents: Extent[] };

/** What a HEIC or AVIF file consists of: pictures, their parts, and what is told about them. */
export function readItems(bytes: Bytes, boxes: readonly Box[]): Item[] {
  const idat = boxes.find(({ type }) => type === "idat");
  const places = readPlaces(openBox(bytes, only(boxes, "iloc")), idat);
  const items = readTypes(bytes, only(boxes, "iinf"))
    .map(({ id, type }) => ({ id, type, extents: places.get(id) ?? [] }));
  const ids = new Set(items.map(({ id }) => id));
  if (ids.size < items.length) throw new Refusal("file_unreadable");
  return items;
}

/** The one box of a type. */
export function only(boxes: readonly Box[], type: string): Box {
  const [box, another] = boxes.filter((box) => box.type === type);
  if (!box || another) throw new Refusal("file_unreadable");
  return box;
}

export type Opened = { version: number; flags: number; reader: Reader };

/** The content of a box that begins with its version. */
export function openBox(bytes: Bytes, { body, end }: Box): Opened {
  const reader = new Reader(bytes.subarray(0, end), body);
  const head = reader.u32();
  return { version: head >>> 24, flags: head & 0xffffff, reader };
}

function readTypes(bytes: Bytes, iinf: Box): { id: number; type: string }[] {
  const { version, reader } = openBox(bytes, iinf);
  reader.take(version === 0 ? 2 : 4);
  return readBoxes(bytes, reader.position, iinf.end).map((box) => {
    const { version, reader } = openBox(bytes, box);
    // Earlier versions say nothing of types and stand in no file of a camera.
    if (box.type !== "infe" || version < 2) throw new Refusal("file_unreadable");
    const id = version === 2 ? reader.u16() : reader.u32();
    reader.take(2); // protection
    return { id, type: reader.text(4) };
  });
}

function readPlaces({ version, reader }: Opened, idat: Box | undefined): Map<number, Extent[]> {
  const sizes = reader.u16();
  const [offsetSize, lengthSize, baseSize, indexSize] = [
    sizes >> 12,
    sizes >> 8 & 15,
    sizes >> 4 & 15,
    version === 0 ? 0 : sizes & 15,
  ] as const;
  // Without a length, an extent takes no room, and there may be any number of them.
  if (lengthSize === 0) throw new Refusal("file_unreadable");
  const places = new Map<number, Extent[]>();
  let parts = 0;
  for (let items = version < 2 ? reader.u16() : reader.u32(); items > 0; items -= 1) {
    const id = version < 2 ? reader.u16() : reader.u32();
    const origin = originOf(version === 0 ? 0 : reader.u16() & 15, idat);
    if (reader.u16() !== 0) throw new Refusal("file_unreadable"); // data in another file
    const base = origin + sized(reader, baseSize);
    const extents: Extent[] = [];
    const count = reader.u16();
    assertFew(parts += count + 1);
    while (extents.length < count) {
      sized(reader, indexSize);
      const start = base + sized(reader, offsetSize);
      extents.push({ start, end: start + sized(reader, lengthSize) });
    }
    places.set(id, extents);
  }
  return places;
}

/** From where places count: the file, or its box `idat`. Parts of other items are not understood here. */
function originOf(method: number, idat: Box | undefined): number {
  if (method === 0) return 0;
  if (method === 1 && idat) return idat.body;
  throw new Refusal("file_unreadable");
}

function sized(reader: Reader, size: number): number {
  if (size === 0) return 0;
  if (size === 4) return reader.u32();
  if (size === 8) return reader.u64();
  throw new Refusal("file_unreadable");
}
