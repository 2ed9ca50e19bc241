// Files on their way into a conversation. They live as long as the page.
import {
  type Chat,
  ChatError,
  type Slice,
  type Upload,
  type UploadWish,
} from "../../client/index.ts";
import { createStore } from "../create_store.ts";

export type PendingFile = {
  readonly id: string;
  readonly conversation_id: string;
  readonly wish: Pick<UploadWish, "duration" | "waveform"> & {
    readonly kind: "image" | "video" | "audio" | "file";
  };
  readonly file: File;
  /** 0 to 1. When everything has arrived the server still looks at it. */
  readonly progress: number;
  /** Why it did not work: a code, or null. */
  readonly problem: string | null;
};

export interface Uploads extends Slice<readonly PendingFile[]> {
  add(file: Pick<PendingFile, "conversation_id" | "wish" | "file">): void;
  retry(id: string): void;
  drop(id: string): void;
  /** Nothing stays for the next person. */
  dropAll(): void;
  /** The picture of a file that was sent from this page, before it can be read back. */
  pictureOf(mediaId: string): string | undefined;
}

export function createUploads(chat: Chat): Uploads {
  const { set: show, ...files } = createStore<readonly PendingFile[]>([]);
  const running = new Map<string, Upload>();
  const pictures = new Map<string, string>();

  function change(id: string, changes: Partial<PendingFile>): void {
    show(
      files.getSnapshot().map((file) => file.id === id ? { ...file, ...changes } : file),
    );
  }

  function drop(id: string): void {
    running.get(id)?.abort();
    running.delete(id);
    show(files.getSnapshot().filter((file) => file.id !== id));
  }

  async function bring(
    { id, conversation_id, wish, file }: PendingFile,
  ): Promise<void> {
    const upload = chat.media.upload(file, {
      ...wish,
      onProgress: (sent, total) => change(id, { progress: total ? sent / total : 0 }),
    });
    running.set(id, upload);
    const media = await upload.done;
    if (wish.kind === "image") {
      pictures.set(media.media_id, URL.createObjectURL(file));
    }
    // Made before the message is sent, so that the push has it. A film without a cover is still a film.
    if (wish.kind === "video") {
      await chat.media.makeCover(media, { file }).catch(() => {});
    }
    if (!running.has(id)) return; // given up meanwhile
    const body = { media_id: media.media_id };
    await chat.messages.send({ conversation_id, kind: wish.kind, body });
    drop(id);
  }

  function start(pending: PendingFile): void {
    bring(pending).catch((error) => {
      const code = error instanceof ChatError ? error.code : "upload_failed";
      if (code !== "aborted") change(pending.id, { problem: code });
    });
  }

  return {
    ...files,
    add: (given) => {
      const pending = {
        ...given,
        id: crypto.randomUUID(),
        progress: 0,
        problem: null,
      };
      show([...files.getSnapshot(), pending]);
      start(pending);
    },
    retry: (id) => {
      const pending = files.getSnapshot().find((file) => file.id === id);
      if (!pending?.problem) return;
      change(id, { progress: 0, problem: null });
      start(pending);
    },
    drop,
    dropAll: () => {
      for (const { id } of files.getSnapshot()) drop(id);
      for (const url of pictures.values()) URL.revokeObjectURL(url);
      pictures.clear();
    },
    pictureOf: (mediaId) => pictures.get(mediaId),
  };
}
