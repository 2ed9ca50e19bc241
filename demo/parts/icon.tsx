const SHAPES = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  info: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01",
  down: "M12 5v14M6 13l6 6 6-6",
  microphone: "M12 15a3 3 0 003-3V6a3 3 0 00-6 0v6a3 3 0 003 3zM6 11v1a6 6 0 0012 0v-1M12 18v3",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  silent: "M6 10a6 6 0 019-5M18 10v4l2 3H8M10 20h4M4 4l16 16",
  send: "M5 12h14M13 6l6 6-6 6",
} as const;

/** Small line drawings; whoever uses one gives it a name. */
export function Icon(
  { shape, size = 20 }: { shape: keyof typeof SHAPES; size?: number },
) {
  return (
    <svg
      className="icon-shape"
      viewBox="0 0 24 24"
      width={size}
      height={size}
      aria-hidden="true"
    >
      <path d={SHAPES[shape]} />
    </svg>
  );
}
