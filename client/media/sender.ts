// Bringing the bytes of a file to Storage. There are several ways; each place takes what it can.
import type { Files, Place, StorageAccess } from "./files.ts";

/** A file that only the platform can read, by its path: as mini-programs have them. */
export type DeviceFile = {
  readonly path: string;
  readonly size: number;
  /** Its MIME type. */
  readonly type: string;
  readonly name?: string;
};

export type Uploadable = Blob | DeviceFile;

/** One file that is to be brought. */
export type Parcel = {
  readonly file: Uploadable;
  readonly place: Place;
  readonly mimeType: string;
  /** The same for whom it is a part of the same file: who sends it, what as, and where. */
  readonly key: string;
  readonly access: () => Promise<StorageAccess>;
  readonly onProgress: (sent: number) => void;
};

export interface Sending {
  /** Where the file arrives: not where it was to, if an earlier upload of it is taken up again. */
  place(): Place;
  /** Begins or goes on, until everything is there, the line breaks, or the signal ends it. @throws {ChatError} */
  attempt(signal: AbortSignal): Promise<void>;
  /** No attempt follows; unless it is for good, somebody may upload the same file later and go on with what is there. */
  end(isForGood: boolean): void;
}

export type Sender = (parcel: Parcel) => Sending;

/** In one request of supabase-js, which cannot be interrupted and says nothing on its way. */
export function sendWhole(files: Files): Sender {
  return ({ file, place, mimeType, onProgress }) => ({
    place: () => place,
    attempt: async () => {
      if (!("slice" in file)) {
        throw new TypeError("A file by its path needs a sender of its platform.");
      }
      onProgress(0);
      // Under the type that was asked for, without the parameters that recorders add.
      await files.put(place, file.slice(0, file.size, mimeType));
    },
    end: () => {},
  });
}
