import { type KeyboardEvent, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "./icon.tsx";

export type MenuItem = {
  readonly label: string;
  readonly act: () => void;
  readonly isDangerous?: boolean;
};

/** A button that opens a list of things to do. The browser closes it on Esc and on a click elsewhere. */
export function Menu({ label, items, shape = "more", className = "" }: {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly shape?: "more" | "plus";
  readonly className?: string;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  useLayoutEffect(() => {
    if (isOpen) place();
  }, [isOpen]);

  function place(): void {
    if (!button.current || !list.current) return;
    const at = button.current.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = list.current;
    const isLow = at.bottom + height + 8 > innerHeight;
    list.current.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
    list.current.style.top = `${Math.max(8, isLow ? at.top - height : at.bottom)}px`;
    list.current.querySelector("button")?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !list.current) return;
    event.preventDefault();
    const buttons = [...list.current.querySelectorAll("button")];
    const now = buttons.findIndex((one) => one === document.activeElement);
    buttons[(now + step + buttons.length) % buttons.length]?.focus();
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={`icon ${className}`}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <Icon shape={shape} />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className="menu"
        onKeyDown={onKeyDown}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            className={item.isDangerous ? "dangerous" : ""}
            onClick={() => {
              list.current?.hidePopover();
              item.act();
            }}
          >
            {item.label}
          </button>
        ))}
      </div>
    </>
  );
}
