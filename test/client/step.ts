// What happens in a schedule, and in what weather.

export type Step =
  | { do: "send" | "sendRefused"; device: number; place: number }
  | { do: "say"; person: number; place: number; mentions: boolean }
  | { do: "revoke"; place: number; back: number }
  | { do: "revokeHere" | "read" | "readSome"; device: number; place: number }
  | { do: "pin" | "mute" | "hide" | "clear" | "leave"; device: number; place: number }
  | { do: "open" | "older" | "newer" | "newest"; device: number; place: number }
  | { do: "around"; device: number; place: number; back: number }
  | { do: "kill" | "expire" | "close" | "break" | "signOut" | "signIn" | "refresh"; device: number }
  | { do: "online" | "asleep" | "visible"; device: number; is: boolean }
  | { do: "member"; is: boolean; hides: boolean }
  | { do: "friends"; is: boolean }
  | { do: "rename"; person: number }
  | { do: "realtimeRestart" }
  | { do: "pass"; milliseconds: number };

/** How things are in a schedule, besides what happens in it. */
export type Weather = {
  /** What becomes of requests, answers, pushes and joins, one after the other; then again from the first. */
  fates: readonly number[];
  pageSize: number;
  /** Whether everybody has read what was said before. */
  isRead: boolean;
  losesAllPushes: boolean;
};
