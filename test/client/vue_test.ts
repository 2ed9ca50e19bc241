// Vue shows the chat's state, follows it, and lets go of it.
import assert from "node:assert/strict";
import { createSSRApp, effectScope, nextTick, ref, watchEffect } from "vue";
import type { Chat } from "../../client/create_chat.ts";
import { createHub, type Slice } from "../../client/store/hub.ts";
import { chatPlugin, useChat, useSlice } from "../../client/vue.ts";

function stage() {
  const hub = createHub();
  const values: Record<string, number> = { one: 1, two: 2 };
  const listeners: string[] = [];
  const sliceOf = (name: string): Slice<{ value: number }> => {
    const { getSnapshot, subscribe } = hub.slice(name, () => ({ value: values[name]! }));
    return {
      getSnapshot,
      subscribe: (listener) => {
        listeners.push(name);
        const end = subscribe(listener);
        return () => {
          listeners.splice(listeners.indexOf(name), 1);
          end();
        };
      },
    };
  };
  const set = async (name: string, value: number) => {
    values[name] = value;
    hub.touch(name);
    await nextTick();
  };
  return { one: sliceOf("one"), two: sliceOf("two"), listeners, set };
}

Deno.test("a slice is a ref that follows it until its scope ends", async () => {
  const { one, listeners, set } = stage();
  const scope = effectScope();
  const shown = scope.run(() => useSlice(one))!;
  const seen: number[] = [];
  scope.run(() => watchEffect(() => seen.push(shown.value.value), { flush: "sync" }));
  await set("one", 5);
  await set("two", 9);
  assert.deepEqual([seen, shown.value.value, listeners], [[1, 5], 5, ["one"]]);
  scope.stop();
  assert.deepEqual(listeners, []);
  await set("one", 6);
  assert.equal(shown.value.value, 5);
});

Deno.test("a slice that is changed for another one is let go of", async () => {
  const { one, two, listeners, set } = stage();
  const id = ref("one");
  const scope = effectScope();
  const shown = scope.run(() => useSlice(() => id.value === "one" ? one : two))!;
  id.value = "two";
  assert.deepEqual([shown.value.value, listeners], [2, ["two"]]);
  await set("two", 7);
  assert.equal(shown.value.value, 7);
  scope.stop();
  assert.deepEqual(listeners, []);
});

Deno.test("the chat of the plugin is there, and without it one hears what is missing", () => {
  const chat = {} as Chat; // nothing of it is looked at
  const app = createSSRApp({}).use(chatPlugin(chat));
  assert.equal(app.runWithContext(useChat), chat);
  assert.throws(() => createSSRApp({}).runWithContext(useChat), /chatPlugin/);
});
