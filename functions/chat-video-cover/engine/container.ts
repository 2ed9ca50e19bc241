type Signature = { readonly at: number; readonly bytes: string; readonly demuxer: string };

// In Latin-1. None of these demuxers opens other files: no playlists, no lists of parts.
const FILMS: readonly Signature[] = [
  { at: 8, bytes: "AVI ", demuxer: "avi" },
  { at: 0, bytes: "FLV\x01", demuxer: "flv" },
  { at: 0, bytes: "\x30\x26\xb2\x75\x8e\x66\xcf\x11", demuxer: "asf" },
  { at: 0, bytes: "OggS", demuxer: "ogg" },
  { at: 0, bytes: "GIF8", demuxer: "gif" },
  // From before mp4 films began with their kind.
  { at: 4, bytes: "moov", demuxer: "mov" },
  { at: 4, bytes: "mdat", demuxer: "mov" },
  { at: 4, bytes: "wide", demuxer: "mov" },
];

const SOUNDS: readonly Omit<Signature, "demuxer">[] = [
  ...["ID3", "fLaC", "#!AMR", "\xff\xfb", "\xff\xf3", "\xff\xf1", "\xff\xf9"]
    .map((bytes) => ({ at: 0, bytes })),
  { at: 8, bytes: "WAVE" },
];

/** The demuxer for a film that begins with these bytes; null when they are no film's. */
export function demuxerOf(start: Uint8Array): string | null {
  return FILMS.find((film) => fits(film, start))?.demuxer ?? null;
}

export function isSound(start: Uint8Array): boolean {
  return SOUNDS.some((sound) => fits(sound, start));
}

function fits({ at, bytes }: Omit<Signature, "demuxer">, start: Uint8Array): boolean {
  return String.fromCharCode(...start.subarray(at, at + bytes.length)) === bytes;
}
