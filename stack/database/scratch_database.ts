import { freePort } from "../ports.ts";
import { installPlugin } from "./install.ts";
import { createPlatform } from "./platform.ts";
import { databaseUrl, startPostgres } from "./postgres.ts";

export interface ScratchDatabase extends AsyncDisposable {
  readonly port: number;
  url(role: string): string;
  /** Installs the plugin as its users do: as `postgres`, by the Supabase CLI. */
  install(): Promise<void>;
}

/** A throw-away database laid out like Supabase, without anything of ours in it. */
export async function startScratchDatabase(
  options: { autoExposeNewTables: boolean } = { autoExposeNewTables: false },
): Promise<ScratchDatabase> {
  await using starting = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "supabase-chat-" });
  starting.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o755); // Postgres may run as somebody else
  const port = freePort();
  starting.use(
    await startPostgres({ folder: `${folder}/postgres`, port, durable: false, log: () => {} }),
  );
  await createPlatform({ url: databaseUrl("supabase_admin", port), ...options });
  const running = starting.move();
  return {
    port,
    url: (role) => databaseUrl(role, port),
    install: () => installPlugin(databaseUrl("postgres", port)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
