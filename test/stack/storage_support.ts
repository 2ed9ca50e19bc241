import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import pg from "pg";
import { type Stack, type StackOptions, startStack } from "../../stack/start_stack.ts";

/** A bare Supabase whose Storage is tried. */
export interface Place extends AsyncDisposable {
  readonly stack: Stack;
  /** Where Storage keeps its files. */
  readonly files: string;
  /** Speaks as the owner of the project. */
  readonly sql: pg.Pool;
  readonly admin: SupabaseClient;
  readonly anon: SupabaseClient;
  /** Somebody who is signed in. */
  person(): Promise<Person>;
  /** A bucket of its own, with policies for `authenticated` that are made of these words. */
  bucket(id: string, options?: BucketOptions): Promise<void>;
  /** A request by hand, for what a client would never send. */
  call(path: string, init?: RequestInit & { token?: string }): Promise<Response>;
}

export interface Person {
  readonly id: string;
  readonly token: string;
  readonly client: SupabaseClient;
}

export interface BucketOptions {
  readonly public?: boolean;
  readonly limit?: number;
  readonly types?: string[];
  /** What signed-in people may do in it. */
  readonly policies?: ReadonlyArray<"select" | "insert" | "update" | "delete">;
}

const CLIENT = { auth: { persistSession: false, autoRefreshToken: false } };

export async function startPlace(options: StackOptions = {}): Promise<Place> {
  await using starting = new AsyncDisposableStack();
  const folder = options.folder ?? await Deno.makeTempDir({ prefix: "supabase-chat-storage-" });
  if (!options.folder) starting.defer(() => Deno.remove(folder, { recursive: true }));
  // The database runs as another user when the tests run as root.
  await Deno.chmod(folder, 0o755);
  const stack = starting.use(
    await startStack({
      apiPort: 0,
      databasePort: 0,
      durable: false,
      install: false,
      ...options,
      folder,
    }),
  );
  const sql = new pg.Pool({ connectionString: stack.databaseUrl("postgres"), max: 2 });
  // A connection may hear of the server's end after the pool has ended.
  sql.on("error", () => {});
  sql.on("connect", (client) => client.on("error", () => {}));
  starting.defer(() => sql.end());
  const client = (key: string) => createClient(stack.apiUrl, key, CLIENT);
  const running = starting.move();
  return {
    stack,
    files: `${folder}/storage`,
    sql,
    admin: client(stack.keys.serviceRoleKey),
    anon: client(stack.keys.publishableKey),
    person: () => signUp(stack),
    bucket: (id, options) => createBucket(sql, id, options),
    call: (path, init) => call(stack, path, init),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function signUp(stack: Stack): Promise<Person> {
  const id = crypto.randomUUID();
  const token = await signedToken(stack, { sub: id, role: "authenticated" });
  const client = createClient(stack.apiUrl, stack.keys.publishableKey, {
    ...CLIENT,
    accessToken: () => Promise.resolve(token),
  });
  return { id, token, client };
}

async function createBucket(sql: pg.Pool, id: string, options: BucketOptions = {}): Promise<void> {
  await sql.query(
    `insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
    values ($1, $1, $2, $3, $4)`,
    [id, options.public ?? false, options.limit ?? null, options.types ?? null],
  );
  for (const command of options.policies ?? []) {
    const condition = `bucket_id = ${pg.escapeLiteral(id)}`;
    const using = command === "insert" ? "" : `using (${condition})`;
    const check = command === "insert" || command === "update" ? `with check (${condition})` : "";
    await sql.query(
      `create policy ${pg.escapeIdentifier(`${id}: ${command}`)} on storage.objects
      for ${command} to authenticated ${using} ${check}`,
    );
  }
}

function call(
  stack: Stack,
  path: string,
  { token, headers, ...init }: RequestInit & { token?: string } = {},
): Promise<Response> {
  return fetch(`${stack.apiUrl}/storage/v1${path}`, {
    ...init,
    headers: { ...token ? { authorization: `Bearer ${token}` } : {}, ...headers },
  });
}

/** A token that lives as long as it says; by default an hour. */
export function signedToken(
  { keys }: Pick<Stack, "keys">,
  claims: Record<string, unknown>,
  secret = keys.jwtSecret,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ iat: now, exp: now + 3600, ...claims })
    .setProtectedHeader({ alg: "HS256" })
    .sign(new TextEncoder().encode(secret));
}

/** A test that shares its stack with its neighbours, which the leak checks would blame on it. */
export const SHARED = { sanitizeOps: false, sanitizeResources: false };

/** Every file that Storage has on disk, received or still on its way. */
export async function filesOf(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await filesOf(path));
    else files.push(path);
  }
  return files;
}

/** A body of zeros that arrives piece by piece, and is never whole anywhere. */
export function zeros(bytes: number, piece = 64 * 1024): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(piece, left);
      left -= size;
      if (size > 0) controller.enqueue(new Uint8Array(size));
      if (left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}

/** The code of a refusal, or null for none. */
export function codeOf(answer: { error: unknown }): string | null {
  const { error } = answer;
  if (error === null) return null;
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

export type Refused = [
  status: number,
  statusCode: string,
  error: string,
  code: string,
  message: string,
];

/** A request that is expected to be refused, and how it was. */
export async function refused(
  place: Place,
  path: string,
  init: Parameters<Place["call"]>[1] = {},
): Promise<Refused> {
  const response = await place.call(path, init);
  const { statusCode, error, code, message } = await response.json();
  return [response.status, statusCode, error, code, message];
}
