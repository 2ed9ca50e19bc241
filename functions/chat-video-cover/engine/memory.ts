/** Gives bytes back at once: to the garbage collector they are small objects that can wait. */
export function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
