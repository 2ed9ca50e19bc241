// Files are private: to show one, ask for a link, which the chat keeps until shortly before it ends.
import { useEffect, useState } from "react";
import type { Place } from "../../client/index.ts";
import { useApp } from "../use_app.ts";

export type ShownLink = {
  readonly url: string | null;
  readonly isGone: boolean;
};
type Sides = { readonly width: number; readonly height: number };

const NONE: ShownLink = { url: null, isGone: false };

/** The link to a file that is shown, or to a smaller form of a picture; `isGone` when there is none. */
export function useLink(
  place: Place | null | undefined,
  sides?: Sides,
): ShownLink {
  const { chat } = useApp();
  const [link, setLink] = useState(NONE);
  useEffect(() => {
    let isCurrent = true;
    if (place) {
      chat.media.url(place, sides).then(
        (url) => isCurrent && setLink({ url, isGone: false }),
        () => isCurrent && setLink({ url: null, isGone: true }),
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [place?.bucket, place?.path, sides?.width]);
  return place ? link : NONE;
}

/** The same link, as something to be saved under a name. */
export function asDownload(url: string, name: string): string {
  const link = new URL(url);
  link.searchParams.set("download", name);
  return link.href;
}
