import { bind, type Method } from "./verbs.ts";
import type { Call } from "../types.ts";

const VERBS = [
  "get_profile",
  "set_profile",
  "find_profile",
] as const;

/** Who one is, and who others are. Each method is the verb of its name in docs/verbs.md. */
export interface ProfilesRoom {
  /**
   * One person by id; oneself without an id.
   *
   * @throws {ChatError} `profile_not_found`
   */
  getProfile: Method<"get_profile">;
  /**
   * Changes one's nickname, picture, whether friend requests and invitations to groups need an
   * answer, and, once, the username.
   *
   * @throws {ChatError} `guests_cannot`, `nickname_invalid`, `avatar_url_invalid`,
   * `username_invalid`, `username_already_set`, `username_taken`
   */
  setProfile: Method<"set_profile">;
  /**
   * Finds one person by exact username.
   *
   * @throws {ChatError} `profile_not_found`
   */
  findProfile: Method<"find_profile">;
}

export function profilesRoom(call: Call): ProfilesRoom {
  return bind(call, VERBS);
}
