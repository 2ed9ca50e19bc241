// npm run demo:build [-- --url https://<project>.supabase.co --key sb_publishable_…]: the chat page as static files.
import { parseArgs } from "node:util";
import { join } from "node:path";
import { build, stop } from "esbuild";
import { PROJECT } from "../stack/folder.ts";

export type DemoProject = { url: string; key: string };

const DEMO = join(PROJECT, "demo");

/** Makes `index.html`, `app.js`, `app.css` and `config.js`: everything a web server has to give out. */
export async function buildDemo(
  folder: string,
  project?: DemoProject,
): Promise<void> {
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // chunks of an earlier page
  await Deno.mkdir(folder, { recursive: true });
  const page = await Deno.readTextFile(join(DEMO, "index.html"));
  await Promise.all([
    build({
      entryPoints: [join(DEMO, "main.tsx")],
      outdir: folder,
      entryNames: "app",
      chunkNames: "chunk-[hash]",
      bundle: true,
      splitting: true, // what decodes films is loaded when somebody sends one
      minify: true,
      format: "esm",
      target: "es2022",
      jsx: "automatic",
      define: { "process.env.NODE_ENV": '"production"' },
      logLevel: "silent",
    }),
    Deno.copyFile(join(DEMO, "app.css"), join(folder, "app.css")),
    Deno.writeTextFile(
      join(folder, "index.html"),
      page.replace("{policy}", contentPolicy(project?.url)),
    ),
    Deno.writeTextFile(join(folder, "config.js"), configScript(project)),
  ]);
  await stop(); // its helper process would keep ours alive
}

/** What the page may load, and from where. Without a project, from any that is safe to talk to. */
export function contentPolicy(projectUrl?: string): string {
  const project = projectUrl === undefined
    ? "https: http://127.0.0.1:* http://localhost:*"
    : new URL(projectUrl).origin;
  const sockets = projectUrl === undefined
    ? "wss: ws://127.0.0.1:* ws://localhost:*"
    : project.replace(/^http/, "ws");
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: data: ${project}`,
    `media-src blob: ${project}`,
    `connect-src 'self' ${project} ${sockets}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

/** The small file that names the project. */
export function configScript(project?: DemoProject): string {
  return `globalThis.supabaseChat = ${JSON.stringify(project ?? {})};\n`;
}

if (import.meta.main) {
  const { values: { url, key, out } } = parseArgs({
    args: Deno.args,
    options: {
      url: { type: "string" },
      key: { type: "string" },
      out: { type: "string", default: join(DEMO, "dist") },
    },
  });
  await buildDemo(out, url && key ? { url, key } : undefined);
  console.error(`The page is in ${out}.`);
}
