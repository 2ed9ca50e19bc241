import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Upload } from "tus-js-client";
import { MB, PATH, type World } from "./storage_tus_support.ts";

export const LARGE = 200 * MB;

/** Sends a large file by the way `through`, as tus-js-client does it. */
export async function uploadLarge(
  world: World,
  server: string,
  through: string,
  chunkSize: number,
) {
  const path = await Deno.makeTempFile();
  const sent = await fill(path, LARGE);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const progress: number[] = [];
  const before = Deno.memoryUsage().rss;
  let highest = before;
  const file: unknown = createReadStream(path);
  const upload = new Upload(file as Buffer, {
    endpoint: through + PATH,
    chunkSize,
    retryDelays: [0, 10, 50, 100, 500],
    headers: { authorization: `Bearer ${await world.tokenOf("alice")}` },
    metadata: { bucketName: "files", objectName: "film", contentType: "video/mp4" },
    onUploadUrlAvailable: () => void (upload.url = upload.url!.replace(server, through)),
    onProgress: (bytes) => {
      progress.push(bytes);
      highest = Math.max(highest, Deno.memoryUsage().rss);
    },
    onSuccess: () => resolve(),
    onError: reject,
  });
  upload.start();
  await promise.finally(() => Deno.remove(path));
  return { sent, progress, growth: highest - before };
}

/** Fills a file with bytes that do not repeat, and tells their digest. */
async function fill(path: string, size: number): Promise<string> {
  using file = await Deno.open(path, { write: true });
  const hash = createHash("sha256");
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  for (let written = 0; written < size; written += block.length) {
    new DataView(block.buffer).setUint32(0, written);
    hash.update(block);
    await file.write(block);
  }
  return hash.digest("hex");
}

export async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** A way to the server that breaks off now and then, in the middle of whatever is sent. */
export function startLine(to: URL, plan: { cuts: number; every: number }) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let passed = 0;
  let cuts = 0;
  const serve = async (client: Deno.Conn) => {
    const server = await Deno.connect({ hostname: to.hostname, port: Number(to.port) });
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        passed += chunk.length;
        const isTime = cuts < plan.cuts && passed > (cuts + 1) * plan.every;
        if (isTime) {
          cuts++;
          throw new Error("The line is cut.");
        }
        controller.enqueue(chunk);
      },
    });
    await Promise.all([
      client.readable.pipeThrough(cut).pipeTo(server.writable),
      server.readable.pipeTo(client.writable),
    ]).catch(() => {});
    for (const end of [client, server]) close(end);
  };
  const accepting = (async () => {
    for await (const client of listener) serve(client).catch(() => {});
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    cuts: () => cuts,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await accepting;
    },
  };
}

function close(end: Deno.Conn): void {
  try {
    end.close();
  } catch {
    // It is closed already.
  }
}
