import type { Surroundings } from "../transport.ts";
import type { UniApi } from "./uni_api.ts";

/** Whether the device has a line and the app is in front. Create it once: it listens as long as the app lives. */
export function uniSurroundings(
  api: Pick<UniApi, "getNetworkType" | "onNetworkStatusChange" | "onAppShow" | "onAppHide">,
): Surroundings {
  const listeners = new Set<() => void>();
  const state = { isOnline: true, isVisible: true };
  let isTold = false;

  function change(next: Partial<typeof state>): void {
    Object.assign(state, next);
    for (const listener of [...listeners]) listener();
  }

  api.onNetworkStatusChange(({ isConnected }) => {
    isTold = true;
    change({ isOnline: isConnected });
  });
  api.onAppShow(() => change({ isVisible: true }));
  api.onAppHide(() => change({ isVisible: false }));
  api.getNetworkType({
    success: ({ networkType }) => {
      // What was told meanwhile is newer.
      if (!isTold && networkType === "none") change({ isOnline: false });
    },
    fail: () => {}, // then it counts as online, and requests tell
  });
  return {
    isOnline: () => state.isOnline,
    isVisible: () => state.isVisible,
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
