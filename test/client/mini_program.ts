// A program with no more than a mini-program that has the additions of docs/mini-programs.md: it talks to a friend.
// Arguments: the address of the stack, and who the friend is.
import { uniAdapters } from "../../client/adapters/uni.ts";
import { PUBLISHABLE_KEY } from "../../stack/keys.ts";
import { fakeUni } from "./fake_uni.ts";

/** What browsers have and mini-programs do not, or not on all phones. (Deno's own AbortController needs a DOMException.) */
const LACKS = `
  fetch Request Response Blob File FormData FileReader XMLHttpRequest WebSocket WebSocketStream EventSource Worker
  BroadcastChannel MessageChannel Event EventTarget CustomEvent MessageEvent CloseEvent ErrorEvent ReadableStream
  WritableStream TransformStream CompressionStream TextDecoderStream localStorage sessionStorage indexedDB caches
  navigator location window document performance structuredClone
`.trim().split(/\s+/);

async function live(apiUrl: string, friend: string): Promise<void> {
  const wx = fakeUni();
  wx.files.set("wxfile://tmp/notes.txt", new Blob(["Bread, milk"]));
  Object.defineProperty(globalThis, "crypto", {
    value: { getRandomValues: crypto.getRandomValues.bind(crypto) },
  });
  for (const name of LACKS) Reflect.deleteProperty(globalThis, name);
  const { createClient } = await import("@supabase/supabase-js");
  const { createChat, keyValueStorage, singleTab } = await import("../../client/index.ts");

  const { fetch, WebSocket, storage, sender, surroundings } = uniAdapters(wx);
  const supabase = createClient(apiUrl, PUBLISHABLE_KEY, {
    auth: { storage, detectSessionInUrl: false },
    global: { fetch },
    realtime: { transport: WebSocket },
  });
  const chat = createChat(supabase, {
    storage: keyValueStorage(storage),
    tabs: singleTab(),
    surroundings,
    media: { whole: sender },
  });
  chat.start();
  const email = `mini.${Date.now()}@example.com`;
  const { error } = await supabase.auth.signUp({ email, password: "correct horse battery" });
  if (error) throw error;
  const { id } = await chat.conversations.openDirect({ user_id: friend });
  await until(chat, () => chat.live.status.getSnapshot().connection === "live");
  await chat.messages.send({ conversation_id: id, kind: "text", body: { text: "你好 😀" } });
  const texts = () => chat.live.messages(id).getSnapshot().messages.map(({ data }) => data.data);
  await until(chat, () => texts().includes("echo"));

  const file = { path: "wxfile://tmp/notes.txt", size: 11, type: "text/plain", name: "notes.txt" };
  const { media_id } = await chat.media.upload(file, { kind: "file" }).done;
  await chat.messages.send({ conversation_id: id, kind: "file", body: { media_id } });
  await until(chat, () => chat.live.outgoing.getSnapshot().length === 0);
  if (![...wx.values.keys()].some((key) => key.startsWith("sb-"))) {
    throw new Error("no session kept");
  }
  chat.stop();
  await supabase.removeAllChannels();
}

function until(chat: { subscribe(listener: () => void): () => void }, holds: () => boolean) {
  return new Promise<void>((resolve) => {
    const look = () => {
      if (!holds()) return;
      end();
      resolve();
    };
    const end = chat.subscribe(look);
    look();
  });
}

const [apiUrl = "", friend = ""] = Deno.args;
await live(apiUrl, friend);
Deno.exit(0);
