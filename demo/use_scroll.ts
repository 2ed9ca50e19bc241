import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** So near to the end one is at the end. */
const NEAR = 48;

export type Scroll = {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly isAtEnd: boolean;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
};

/**
 * Who is at the end stays there when something is said; who reads further up keeps what they look at, also when older
 * messages come in above it. `first` names the first message that is shown.
 */
export function useScroll(first: string | undefined): Scroll {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef({ first, height: 0, top: 0, isAtEnd: true });
  const [isAtEnd, setAtEnd] = useState(true);

  const remember = useCallback(() => {
    if (!box.current) return;
    const { scrollHeight: height, scrollTop: top, clientHeight } = box.current;
    // Behind something else nobody sees the end.
    if (clientHeight === 0) return setAtEnd(false);
    held.current = { ...held.current, height, top, isAtEnd: height - top - clientHeight < NEAR };
    setAtEnd(held.current.isAtEnd);
  }, []);

  const toEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    remember();
  }, []);

  useLayoutEffect(() => {
    const before = held.current;
    if (!box.current) return;
    if (before.isAtEnd) box.current.scrollTop = box.current.scrollHeight;
    else if (before.first !== first) {
      box.current.scrollTop = before.top + box.current.scrollHeight -
        before.height;
    }
    held.current = { ...before, first };
    remember();
  });

  useEffect(() => {
    // Pictures grow when they come, and the box shrinks when the keyboard of a phone opens.
    const watcher = new ResizeObserver(() => held.current.isAtEnd ? toEnd() : remember());
    if (box.current) watcher.observe(box.current);
    if (box.current?.firstElementChild) {
      watcher.observe(box.current.firstElementChild);
    }
    return () => watcher.disconnect();
  }, []);

  return { box, isAtEnd, onScroll: remember, toEnd };
}
