import { encodePng, encodeQr, renderSVG } from "./deps.ts";

/** `size`: pixels of one module. `margin`: modules of white around all of them. */
export type Look = { size: number; margin: number };

// Reads through a thumb or a fold: a seventh of the code may be lost.
const ECC = "M";

const WHITE = 255;
const BLACK = 0;

export function drawSvg(text: string, { size, margin }: Look): string {
  return renderSVG(text, { ecc: ECC, border: margin, pixelSize: size });
}

export function drawPng(text: string, { size, margin }: Look): Uint8Array<ArrayBuffer> {
  const modules = encodeQr(text, { ecc: ECC, border: margin });
  const width = modules.size * size;
  const pixels = new Uint8Array(width * width).fill(WHITE);
  modules.data.forEach((row, y) => {
    row.forEach((isDark, x) => {
      if (isDark) blacken(pixels, width, { left: x * size, top: y * size, size });
    });
  });
  return new Uint8Array(encodePng({ width, height: width, data: pixels, channels: 1 }));
}

function blacken(
  pixels: Uint8Array,
  width: number,
  { left, top, size }: { left: number; top: number; size: number },
): void {
  for (let y = top; y < top + size; y += 1) {
    pixels.fill(BLACK, y * width + left, y * width + left + size);
  }
}
