// Pictures that show which one of a film they are, so that the right one can be computed.
import { decode } from "fast-png";

export const WIDTH = 96;
export const HEIGHT = 64;
/** As large as what films are coded in, so that it stays flat. */
const SQUARE = 16;

/** How a pixel of a turned picture is found in the upright one. */
export type Turn = (x: number, y: number) => [x: number, y: number];

export const TURNS = {
  0: (x, y) => [x, y],
  90: (x, y) => [y, HEIGHT - 1 - x],
  180: (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y],
  270: (x, y) => [WIDTH - 1 - y, x],
} as const satisfies Record<number, Turn>;

/** The gray of a pixel, 0 to 255. */
function gray(picture: number, x: number, y: number): number {
  const square = Math.floor(y / SQUARE) * 100 + Math.floor(x / SQUARE);
  return ((picture + 1) * 7919 + (square + 1) * 104_729) % 997 * 255 / 996;
}

/** The first pictures as raw gray bytes, the way ffmpeg reads them. */
export function rawFilm(count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count * WIDTH * HEIGHT }, (_, at) => {
    const pixel = at % (WIDTH * HEIGHT);
    return gray(Math.floor(at / (WIDTH * HEIGHT)), pixel % WIDTH, Math.floor(pixel / WIDTH));
  });
}

/** How alike a PNG and the computed picture are, in decibels: the same from 40 on, another one below 20. */
export function likeness(png: Uint8Array, picture: number, turn: Turn = TURNS[0]): number {
  const { width, height, data, channels } = decode(png);
  let error = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const expected = gray(picture, ...turn(x, y));
      error += (Number(data[(y * width + x) * channels]) - expected) ** 2;
    }
  }
  return 10 * Math.log10(255 ** 2 * width * height / Math.max(error, 1e-9));
}
