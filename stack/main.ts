// npm start · npm run status · npm run reset
import { parseArgs } from "node:util";
import { databaseUrl } from "./database/postgres.ts";
import { AlreadyRunning, defaultFolder, openFolder, type Ports, PROJECT } from "./folder.ts";
import { createKeys, type Keys } from "./keys.ts";
import { DEFAULT_PORTS, startStack } from "./start_stack.ts";

const { positionals: [command = "start"], values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    example: { type: "boolean", default: false },
    "api-port": { type: "string" },
    "database-port": { type: "string" },
  },
});

const COMMANDS: Record<string, () => Promise<void>> = { start, status, reset };
await (COMMANDS[command] ?? help)();

async function start(): Promise<void> {
  try {
    await using stack = await startStack({
      apiPort: Number(values["api-port"] ?? DEFAULT_PORTS.api),
      databasePort: Number(values["database-port"] ?? DEFAULT_PORTS.database),
    });
    const ports = {
      api: Number(new URL(stack.apiUrl).port),
      database: Number(new URL(stack.databaseUrl("postgres")).port),
    };
    printStatus(ports, stack.keys);
    if (values.example) {
      Deno.exitCode = await runExamples(ports);
      return;
    }
    console.error(`Running; log in ${stack.folder}/stack.log. Stop with Ctrl-C.`);
    await stopSignal();
    console.error("Stopping.");
  } catch (error) {
    console.error((error as Error).message);
    Deno.exitCode = 1;
  }
}

async function status(): Promise<void> {
  const folder = await defaultFolder();
  try {
    await using _folder = await openFolder(folder);
    console.error("The stack is not running. Start it with npm start.");
    Deno.exitCode = 1;
  } catch (error) {
    if (!(error instanceof AlreadyRunning)) throw error;
    const key = await Deno.readTextFile(`${folder}/signing_key.json`);
    printStatus(error.ports, await createKeys(JSON.parse(key)));
  }
}

async function reset(): Promise<void> {
  const path = await defaultFolder();
  try {
    await using _folder = await openFolder(path);
  } catch (error) {
    console.error(`${(error as Error).message}. Stop it first.`);
    Deno.exitCode = 1;
    return;
  }
  await Deno.remove(path, { recursive: true });
  console.error("Emptied.");
}

// deno-lint-ignore require-await
async function help(): Promise<void> {
  console.error("Usage: start [--example] [--api-port N] [--database-port N] | status | reset");
  Deno.exitCode = 2;
}

function printStatus(ports: Ports, keys: Keys): void {
  console.log(`API_URL=http://127.0.0.1:${ports.api}`);
  console.log(`DB_URL=${databaseUrl("postgres", ports.database)}`);
  console.log(`PUBLISHABLE_KEY=${keys.publishableKey}`);
  console.log(`SECRET_KEY=${keys.secretKey}`);
  console.log(`ANON_KEY=${keys.anonKey}`);
  console.log(`SERVICE_ROLE_KEY=${keys.serviceRoleKey}`);
  console.log(`JWT_SECRET=${keys.jwtSecret}`);
}

async function runExamples(ports: Ports): Promise<number> {
  for (const example of ["two_people", "group_and_revoke", "send_video"]) {
    console.log(`\n== examples/${example}.ts ==`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `examples/${example}.ts`],
      cwd: PROJECT,
      env: { API_URL: `http://127.0.0.1:${ports.api}` },
      stdin: "null",
    }).spawn().status;
    if (code !== 0) return code;
  }
  return 0;
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => resolve());
    }
  });
}
