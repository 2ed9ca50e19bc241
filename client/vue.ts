// The chat's live state in Vue. An entry point of its own, for apps that have Vue.
import {
  type App,
  inject,
  type InjectionKey,
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  watch,
} from "vue";
import type { Chat } from "./create_chat.ts";
import type { Slice } from "./store/hub.ts";

const KEY: InjectionKey<Chat> = Symbol("supabase-chat");

/**
 * A plugin: gives the chat to every component. It does not start it.
 *
 * @example
 * ```ts
 * createApp(Root).use(chatPlugin(chat)).mount("#app");
 * ```
 */
export function chatPlugin(chat: Chat): (app: App) => void {
  return (app) => void app.provide(KEY, chat);
}

/** The chat of the plugin. */
export function useChat(): Chat {
  const chat = inject(KEY, null);
  if (!chat) throw new Error("useChat needs chatPlugin in the app");
  return chat;
}

/**
 * A part of the live state, always as it is now, until the component or scope around it ends. Takes a function too,
 * for a slice that changes.
 *
 * @example
 * ```ts
 * const view = useSlice(() => chat.live.messages(props.id));
 * ```
 */
export function useSlice<Value>(
  slice: MaybeRefOrGetter<Slice<Value>>,
): Readonly<ShallowRef<Value>> {
  const value = shallowRef(toValue(slice).getSnapshot());
  let unsubscribe = () => {};

  watch(() => toValue(slice), (current) => {
    const read = () => value.value = current.getSnapshot();
    unsubscribe();
    unsubscribe = current.subscribe(read);
    read();
  }, { immediate: true, flush: "sync" });
  onScopeDispose(() => unsubscribe());
  return value;
}
