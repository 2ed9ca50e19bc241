export interface Limited {
  readonly stream: ReadableStream<Uint8Array>;
  /** Whether the stream broke off. `fetch` does not say why a body failed, so it is asked here. */
  isTooLarge(): boolean;
}

/** A body that breaks off when more comes than is allowed. */
export function limited(body: ReadableStream<Uint8Array>, bytes: number): Limited {
  let passed = 0;
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      passed += chunk.byteLength;
      if (passed > bytes) controller.error(new Error("The body is too large."));
      else controller.enqueue(chunk);
    },
  });
  return { stream: body.pipeThrough(counter), isTooLarge: () => passed > bytes };
}
