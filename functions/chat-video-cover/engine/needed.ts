import type { EncodedPacket, VideoCodec } from "../deps.ts";
import type { Group } from "./group.ts";

/** What the first two bytes of a unit of H.264 or H.265 say. */
type Unit = {
  readonly isPicture: boolean;
  /** Nothing else is made from it. */
  readonly isDisposable: boolean;
  /** Belongs to a layer that can be left out, and may be made from what is disposable in the layers below. */
  readonly isOfUpperLayer: boolean;
};

type Syntax = {
  /** Where the decoder's configuration says how long the length of a unit is. */
  readonly lengthAt: number;
  read(first: number, second: number): Unit;
};

const SYNTAXES: Partial<Record<VideoCodec, Syntax>> = {
  avc: {
    lengthAt: 4,
    read: (first) => ({
      isPicture: (first & 0x1f) >= 1 && (first & 0x1f) <= 5,
      isDisposable: (first & 0x60) === 0,
      isOfUpperLayer: false,
    }),
  },
  hevc: {
    lengthAt: 21,
    read(first, second) {
      const type = first >> 1 & 0x3f;
      return {
        isPicture: type < 32,
        isDisposable: type < 16 && type % 2 === 0,
        isOfUpperLayer: (second & 7) > 1,
      };
    },
  },
};

/** Leaves out the pictures that no other is made from: often half of them. */
export function onlyNeeded(
  { packets, wanted }: Group,
  codec: VideoCodec,
  { description }: VideoDecoderConfig,
): Group {
  const syntax = SYNTAXES[codec];
  if (!syntax || !description) return { packets, wanted };
  const config = bytesOf(description);
  const lengthSize = ((config[syntax.lengthAt] ?? 3) & 3) + 1;
  const units = new Map(
    packets.map((packet) => [packet, pictureUnits(packet, lengthSize, syntax)]),
  );
  if ([...units.values()].flat().some(({ isOfUpperLayer }) => isOfUpperLayer)) {
    return { packets, wanted };
  }
  const isDisposable = (packet: EncodedPacket) => {
    const pictures = units.get(packet) ?? [];
    return pictures.length > 0 && pictures.every((unit) => unit.isDisposable);
  };
  return {
    packets: packets.filter((packet) => packet === wanted || !isDisposable(packet)),
    wanted,
  };
}

function pictureUnits({ data }: EncodedPacket, lengthSize: number, { read }: Syntax): Unit[] {
  const units: Unit[] = [];
  for (let at = 0; at + lengthSize + 2 <= data.length;) {
    let length = 0;
    for (const byte of data.subarray(at, at + lengthSize)) length = length * 256 + byte;
    at += lengthSize;
    const unit = read(data[at] ?? 0, data[at + 1] ?? 0);
    if (unit.isPicture) units.push(unit);
    at += length;
  }
  return units;
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
