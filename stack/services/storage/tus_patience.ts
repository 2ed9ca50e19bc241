/** The same request, with a body that ends when nothing of it arrives for so many milliseconds. */
export function withPatience(request: Request, patience: number): Request {
  const { url, method, headers, body } = request;
  if (!body) return request;
  const heard = ReadableStream.from(untilSilence(body, patience));
  return new Request(url, { method, headers, body: heard });
}

// Who falls silent is answered as if that were all, and goes on from there when it is back.
async function* untilSilence(body: ReadableStream<Uint8Array>, patience: number) {
  const reader = body.getReader();
  try {
    while (true) {
      const next = await within(patience, reader.read());
      if (!next?.value) return;
      yield next.value;
    }
  } finally {
    // Not cancelled: Deno would hold the connection open for the rest of a body that is.
    reader.releaseLock();
  }
}

async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), milliseconds);
  return await Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}
