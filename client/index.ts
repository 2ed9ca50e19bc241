// The typed client of supabase-chat.
export {
  type Chat,
  type ChatOptions,
  createChat,
  createChatOn,
  type LiveConversations,
  type LiveMessages,
} from "./create_chat.ts";
export { ChatError, type ChatErrorCode } from "./errors.ts";
export { type ChatStorage, memoryStorage } from "./storage/chat_storage.ts";
export { indexedDbStorage } from "./storage/indexed_db_storage.ts";
export { keyValueStorage, type KeyValueStore } from "./storage/key_value_storage.ts";
export type { Outgoing } from "./outbox/outgoing.ts";
export type { Saying } from "./outbox/outbox.ts";
export type { Slices, Status } from "./slices.ts";
export type { Slice } from "./store/hub.ts";
export type { MessagesView, PeopleView } from "./store/views.ts";
export type { SignalsView } from "./live/signals.ts";
export type { Settings } from "./live/ground.ts";
export type { Cover, CoverWish, MediaOptions, MediaRoom, TakePicture } from "./rooms/media.ts";
export type { LinkOptions } from "./media/links.ts";
export type { Place, StorageAccess } from "./media/files.ts";
export type { DeviceFile, Parcel, Sender, Sending, Uploadable } from "./media/sender.ts";
export type { Upload, UploadWish } from "./media/upload.ts";
export { browserTabs, singleTab, type Tabs } from "./tabs.ts";
export { browserSurroundings, deviceClock } from "./surroundings.ts";
export type { Clock, Ears, Line, LineStatus, Surroundings, Transport } from "./transport.ts";
export type * from "./types.ts";
