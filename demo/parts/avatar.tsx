import { useState } from "react";

/** A picture, or the first letter of a name on a quiet colour. */
export function Avatar({ name, url, size = 40 }: {
  readonly name: string;
  readonly url: string | null;
  readonly size?: number;
}) {
  const [broken, setBroken] = useState<string | null>(null);
  const style = { width: size, height: size, fontSize: size * 0.42 };
  if (url && url !== broken && /^https?:/i.test(url)) {
    return (
      <img
        className="avatar"
        src={url}
        alt=""
        style={style}
        referrerPolicy="no-referrer"
        onError={() => setBroken(url)}
      />
    );
  }
  return (
    <span
      className={`avatar avatar-${hueOf(name)}`}
      style={style}
      aria-hidden="true"
    >
      {firstLetter(name)}
    </span>
  );
}

function firstLetter(name: string): string {
  const [letter = "?"] = name.match(/[\p{L}\p{N}]/u) ?? [];
  return letter.toUpperCase();
}

function hueOf(name: string): number {
  return [...name].reduce(
    (sum, letter) => (sum + letter.codePointAt(0)!) % 6,
    0,
  );
}
