import { z } from "zod";

// The real service logs what it cannot read and goes on with the default, field by field.
const flag = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((word) => word === "true"),
]).catch(false);
const text = z.string().nullable().catch(null);

const joinPayload = z.object({
  access_token: text,
  user_token: text,
  config: z.object({
    private: flag,
    broadcast: z.object({
      ack: flag,
      self: flag,
      replication_ready: flag,
      replay: z.unknown().optional(),
    }).catch({ ack: false, self: false, replication_ready: false, replay: undefined }),
    presence: z.object({ key: z.string().catch(""), enabled: flag })
      .catch({ key: "", enabled: false }),
    postgres_changes: z.array(z.record(z.string(), z.unknown())).catch([]),
  }),
});

export type JoinConfig = {
  /** Null when the client sent none, or only an API key: the socket's own token counts then. */
  readonly token: string | null;
  readonly private: boolean;
  readonly ack: boolean;
  readonly self: boolean;
  readonly replicationReady: boolean;
  /** As the client wrote it; undefined or null is no replay. */
  readonly replay: unknown;
  readonly presenceKey: string;
  readonly presenceEnabled: boolean;
  readonly postgresChanges: readonly Record<string, unknown>[];
};

export function parseJoin(payload: unknown): JoinConfig {
  const { access_token, user_token, config } =
    joinPayload.safeParse({ config: {}, ...(payload instanceof Object && payload) }).data ??
      joinPayload.parse({ config: {} });
  const token = user_token ?? access_token;
  return {
    token: token?.startsWith("sb_") ? null : token,
    private: config.private,
    ack: config.broadcast.ack,
    self: config.broadcast.self,
    replicationReady: config.broadcast.replication_ready,
    replay: config.broadcast.replay,
    presenceKey: config.presence.key || crypto.randomUUID(),
    presenceEnabled: config.presence.enabled,
    postgresChanges: config.postgres_changes,
  };
}
