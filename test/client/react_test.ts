// React shows the chat's state, follows it, and lets go of it.
import assert from "node:assert/strict";
import { act, createElement, type FC } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import type { Chat } from "../../client/create_chat.ts";
import * as hooks from "../../client/react.ts";
import { createHub, type Slice } from "../../client/store/hub.ts";
import { createDocument } from "./tiny_dom.ts";

Object.assign(globalThis, {
  IS_REACT_ACT_ENVIRONMENT: true,
  document: createDocument(),
  window: globalThis,
  HTMLIFrameElement: class {},
});

/** A slice that counts who listens. */
function watched<Value>(hub: ReturnType<typeof createHub>, name: string, read: () => Value) {
  let listeners = 0;
  const { getSnapshot, subscribe } = hub.slice(name, read);
  const slice: Slice<Value> = {
    getSnapshot,
    subscribe: (listener) => {
      listeners += 1;
      const end = subscribe(listener);
      return () => {
        listeners -= 1;
        end();
      };
    },
  };
  return { slice, listeners: () => listeners };
}

/** Text that a component answers, on a page. */
function show<Props extends object>(component: FC<Props>) {
  const document = createDocument();
  const container = document.createElement("div");
  // React asks for no more of it than there is.
  const root = createRoot(container as unknown as Parameters<typeof createRoot>[0]);
  return {
    render: (props: Props) => act(async () => await root.render(createElement(component, props))),
    unmount: () => act(async () => await root.unmount()),
    text: () => container.textContent,
  };
}

Deno.test("a component shows a slice, follows it, and unsubscribes", async () => {
  const hub = createHub();
  let count = 1;
  const { slice, listeners } = watched(hub, "count", () => ({ count }));
  let renders = 0;
  const page = show(() => {
    renders += 1;
    return `count ${hooks.useSlice(slice).count}`;
  });
  await page.render({});
  assert.deepEqual([page.text(), listeners()], ["count 1", 1]);
  await act(async () => {
    count = 2;
    hub.touch("count");
    await Promise.resolve();
  });
  assert.equal(page.text(), "count 2");
  const before = renders;
  await act(async () => {
    hub.touch("something else");
    await Promise.resolve();
  });
  assert.equal(renders, before, "what is not shown makes nobody render");
  await page.unmount();
  assert.equal(listeners(), 0);
});

/** As much of a chat as the hooks look at. */
function fakeChat() {
  const hub = createHub();
  const said: Record<string, string[]> = { one: ["hello"], two: ["bye"] };
  const messages = new Map(
    Object.keys(said).map((id) => [id, watched(hub, id, () => ({ messages: said[id] }))]),
  );
  const constant = <Value>(value: Value) => ({
    getSnapshot: () => value,
    subscribe: () => () => {},
  });
  const live = {
    status: constant({ connection: "live" }),
    conversations: constant([{ id: "one", unread: 3 }]),
    messages: (id: string) => messages.get(id)!.slice,
    outgoing: constant([{ id: "o" }]),
    people: constant({ friends: [{ name: "Bob" }] }),
    notices: constant([{ id: "n" }]),
    drafts: constant(new Map([["one", "begun"]])),
    signals: constant({ typing: ["bob"] }),
  };
  const say = (id: string, text: string) => {
    said[id] = [...said[id]!, text];
    hub.touch(id);
  };
  // The hooks look at nothing else.
  return {
    chat: { live } as unknown as Chat,
    say,
    listeners: (id: string) => messages.get(id)!.listeners(),
  };
}

const withChat = (chat: Chat, component: FC<{ id: string }>) =>
  function Page({ id }: { id: string }) {
    return createElement(hooks.ChatProvider, { chat }, createElement(component, { id }));
  };

Deno.test("a conversation that is changed on screen is the only one that is watched", async () => {
  const { chat, say, listeners } = fakeChat();
  const page = show(withChat(chat, ({ id }) => hooks.useMessages(id).messages.join(" ")));
  await page.render({ id: "one" });
  await act(async () => {
    say("one", "again");
    await Promise.resolve();
  });
  assert.equal(page.text(), "hello again");
  await page.render({ id: "two" });
  assert.deepEqual([page.text(), listeners("one"), listeners("two")], ["bye", 0, 1]);
  await page.unmount();
});

Deno.test("each hook shows its part, also on a server", () => {
  const { chat } = fakeChat();
  const parts: Record<string, () => unknown> = {
    live: () => hooks.useStatus().connection,
    one: () => hooks.useConversations()[0]?.id,
    "3": () => hooks.useConversation("one")?.unread,
    nothing: () => hooks.useConversation("two") ?? "nothing",
    hello: () => hooks.useMessages("one").messages,
    o: () => hooks.useOutgoing()[0]?.id,
    Bob: () => hooks.usePeople().friends[0]?.name,
    n: () => hooks.useNotices()[0]?.id,
    begun: () => hooks.useDraft("one"),
    empty: () => hooks.useDraft("two") || "empty",
    bob: () => hooks.useSignals().typing,
  };
  for (const [expected, use] of Object.entries(parts)) {
    const page = withChat(chat, () => String(use()));
    assert.equal(renderToString(createElement(page, { id: "one" })), expected);
  }
});

Deno.test("hooks without a provider say what is missing", () => {
  const page = () => String(hooks.useChat());
  assert.throws(() => renderToString(createElement(page)), /ChatProvider/);
});
