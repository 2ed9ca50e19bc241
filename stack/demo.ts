import { join } from "node:path";
import { buildDemo, contentPolicy, type DemoProject } from "../scripts/build_demo.ts";
import type { Log, Service } from "./service.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/** Whether the chat page is what answers under this path. */
export function isDemoPath(pathname: string): boolean {
  return /^\/(app\.js|app\.css|config\.js|chunk-\w+\.js)?$/.test(pathname);
}

/** The chat page, made when somebody first asks for it, so that it costs nothing until then. */
export function createDemo(
  folder: string,
  project: DemoProject,
  log: Log,
): Service {
  const built = join(folder, "demo");
  const headers = {
    // frame-ancestors has no effect in a <meta>.
    "content-security-policy": `${contentPolicy(project.url)}; frame-ancestors 'none'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  };
  let building: Promise<void> | null = null;

  return {
    name: "demo",
    fetch: async (request) => {
      if (!["GET", "HEAD"].includes(request.method)) {
        return new Response(null, { status: 405 });
      }
      try {
        await (building ??= buildDemo(built, project));
      } catch (error) {
        building = null; // the next one may find it mended
        log(`demo: ${error}`);
        return new Response(
          "The chat page could not be built; stack.log says why.",
          { status: 500 },
        );
      }
      const file = new URL(request.url).pathname.slice(1) || "index.html";
      const type = TYPES[file.split(".")[1] ?? ""] ?? "";
      const body = await Deno.readFile(join(built, file)).catch(() => null);
      if (!body) return new Response(null, { status: 404 }); // of a page that was built anew since
      return new Response(body, {
        headers: { ...headers, "content-type": type },
      });
    },
    [Symbol.asyncDispose]: async () => {
      await building?.catch(() => {});
    },
  };
}
