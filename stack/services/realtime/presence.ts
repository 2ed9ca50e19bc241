import { isDeepStrictEqual } from "node:util";

type Meta = Record<string, unknown> & { readonly phx_ref: string };
export type PresenceState = Record<string, { metas: Meta[] }>;
export type PresenceDiff = { joins: PresenceState; leaves: PresenceState };

interface Tracked {
  readonly key: string;
  readonly payload: Record<string, unknown>;
  readonly meta: Meta;
}

/** Who is visible in which room; a channel instance has one entry at most. */
export interface Presences<Owner> {
  /** What changed, or null when the same payload was there already. */
  track(
    room: string,
    owner: Owner,
    key: string,
    payload: Record<string, unknown>,
  ): PresenceDiff | null;
  untrack(room: string, owner: Owner): PresenceDiff | null;
  state(room: string): PresenceState;
}

export function createPresences<Owner>(): Presences<Owner> {
  const rooms = new Map<string, Map<Owner, Tracked>>();
  return {
    track: (room, owner, key, payload) => {
      const tracked = rooms.get(room) ?? new Map<Owner, Tracked>();
      const before = tracked.get(owner);
      if (before && isDeepStrictEqual(before.payload, payload)) return null;
      const meta: Meta = {
        ...payload,
        phx_ref: newRef(),
        ...(before && { phx_ref_prev: before.meta.phx_ref }),
      };
      rooms.set(room, tracked.set(owner, { key, payload, meta }));
      return { joins: single(key, meta), leaves: before ? single(before.key, before.meta) : {} };
    },
    untrack: (room, owner) => {
      const tracked = rooms.get(room);
      const before = tracked?.get(owner);
      if (!before) return null;
      tracked?.delete(owner);
      if (tracked?.size === 0) rooms.delete(room);
      return { joins: {}, leaves: single(before.key, before.meta) };
    },
    state: (room) => {
      const byKey = new Map<string, { metas: Meta[] }>();
      for (const { key, meta } of rooms.get(room)?.values() ?? []) {
        byKey.set(key, { metas: [...byKey.get(key)?.metas ?? [], meta] });
      }
      return Object.fromEntries(byKey);
    },
  };
}

function single(key: string, meta: Meta): PresenceState {
  return Object.fromEntries([[key, { metas: [meta] }]]);
}

function newRef(): string {
  return crypto.getRandomValues(new Uint8Array(9)).toBase64();
}
