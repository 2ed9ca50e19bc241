import { type Box, freeBox } from "./boxes.ts";
import type { Bytes } from "./bytes.ts";

/** Empties boxes of a film on its way past. It keeps its length, and a longer one takes no more memory. */
export function emptyBoxes(
  boxes: readonly Box[],
  { size }: { size: number },
): TransformStream<Bytes, Bytes> {
  let position = 0;
  return new TransformStream({
    transform(chunk, controller) {
      for (const box of boxes) freeBox(chunk, box, position);
      position += chunk.length;
      controller.enqueue(chunk);
    },
    flush(controller) {
      // Half a film must not take the place of a whole one.
      if (position !== size) controller.error(new Error("The film ended early."));
    },
  });
}
