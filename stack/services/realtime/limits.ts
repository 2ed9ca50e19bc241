/** What the real service limits. Infinity is off; without a setting only what bounds memory is on. */
export interface RealtimeLimits {
  /** Sockets that joined at least one channel. */
  readonly maxConcurrentUsers: number;
  /** Each message counts once when sent and once per channel that receives it. */
  readonly maxEventsPerSecond: number;
  readonly maxJoinsPerSecond: number;
  readonly maxPresenceEventsPerSecond: number;
  readonly maxChannelsPerClient: number;
  readonly maxPayloadBytes: number;
  readonly maxFrameBytes: number;
  readonly maxHttpBodyBytes: number;
  /** Track and untrack calls of one channel within one window; the real service allows 5 per 30 s. */
  readonly maxPresenceCalls: number;
  readonly presenceWindow: number;
  /** Unread output, or unhandled input, of one socket; beyond it the socket is closed. */
  readonly maxBufferedBytes: number;
  /** Milliseconds over which events are counted before a rate is judged. */
  readonly rateTick: number;
}

export const DEFAULT_LIMITS: RealtimeLimits = {
  maxConcurrentUsers: Infinity,
  maxEventsPerSecond: Infinity,
  maxJoinsPerSecond: Infinity,
  maxPresenceEventsPerSecond: Infinity,
  maxChannelsPerClient: 100,
  maxPayloadBytes: 3_000_500,
  maxFrameBytes: 5_000_000,
  maxHttpBodyBytes: 8_000_000,
  maxPresenceCalls: Infinity,
  presenceWindow: 30_000,
  maxBufferedBytes: 16_000_000,
  rateTick: 5_000,
};

/** An average over completed ticks: a burst passes until its tick is over, then everything is refused. */
export interface RateCounter {
  readonly limit: number;
  add(count: number): void;
  perSecond(): number;
  isOver(): boolean;
}

/** The real service looks back at most a minute, which is twelve of its ticks of 5 s. */
const WINDOW_TICKS = 12;

export function createRateCounter(limit: number, tick: number): RateCounter {
  let completed: number[] = [];
  let current = 0;
  let tickStart = Date.now();

  function roll(): void {
    const elapsed = Math.floor((Date.now() - tickStart) / tick);
    if (elapsed < 1) return;
    const ticks = [current, ...Array(Math.min(elapsed - 1, WINDOW_TICKS)).fill(0)];
    completed = [...completed, ...ticks].slice(-WINDOW_TICKS);
    current = 0;
    tickStart += elapsed * tick;
  }

  function perSecond(): number {
    roll();
    if (completed.length === 0) return 0;
    const sum = completed.reduce((total, count) => total + count, 0);
    return sum / (completed.length * tick / 1000);
  }

  return {
    limit,
    add: (count) => {
      roll();
      current += count;
    },
    perSecond,
    isOver: () => perSecond() > limit,
  };
}
