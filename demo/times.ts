import type { Language, Say } from "./words.ts";

const DAY = 24 * 60 * 60 * 1000;

function format(
  time: number,
  language: Language,
  options: Intl.DateTimeFormatOptions,
): string {
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en", options)
    .format(time);
}

export function clockTime(time: number, language: Language): string {
  return format(time, language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** Midnight before a moment, by the device's calendar. */
export function dayOf(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

/** For a line between two days. */
export function dayText(time: number, language: Language, say: Say): string {
  const distance = Math.round((dayOf(Date.now()) - dayOf(time)) / DAY);
  if (distance === 0) return say("today");
  if (distance === 1) return say("yesterday");
  const isThisYear = new Date(time).getFullYear() === new Date().getFullYear();
  return format(time, language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...isThisYear ? {} : { year: "numeric" },
  });
}

/** For a line of the list: as short as it can be. */
export function shortTime(time: number, language: Language, say: Say): string {
  const distance = Math.round((dayOf(Date.now()) - dayOf(time)) / DAY);
  if (distance <= 0) return clockTime(time, language);
  if (distance === 1) return say("yesterday");
  if (distance < 7) return format(time, language, { weekday: "short" });
  return format(time, language, {
    day: "numeric",
    month: "numeric",
    year: "2-digit",
  });
}

/** Milliseconds as 1:05. */
export function lengthText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
