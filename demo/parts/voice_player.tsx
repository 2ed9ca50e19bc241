import { useEffect, useRef, useState } from "react";
import type { MessageMedia } from "../../functions/_shared/contract.ts";
import { lengthText } from "../times.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";

const FLAT = Array.from({ length: 24 }, () => 20);

/** A voice message as bars that fill while it plays. */
export function VoicePlayer({ media }: { readonly media: MessageMedia }) {
  const { chat } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const sound = useRef<HTMLAudioElement | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [part, setPart] = useState(0);
  const duration = media.duration ?? 0;
  useEffect(() => () => sound.current?.pause(), []);

  async function play(): Promise<void> {
    const audio = sound.current ??= await prepare();
    if (audio.paused) await audio.play();
    else audio.pause();
  }

  async function prepare(): Promise<HTMLAudioElement> {
    const audio = new Audio(await chat.media.url(media));
    audio.onplay = () => setPlaying(true);
    audio.onpause = () => setPlaying(false);
    audio.ontimeupdate = () => {
      const length = Number.isFinite(audio.duration) ? audio.duration : duration / 1000;
      setPart(length ? audio.currentTime / length : 0);
    };
    audio.onended = () => setPart(0);
    return audio;
  }

  const bars = media.waveform ?? FLAT;
  const label = say(isPlaying ? "pause_voice" : "play_voice", {
    length: lengthText(duration),
  });
  return (
    <button
      type="button"
      className="voice"
      aria-label={label}
      onClick={() => void run(play)}
    >
      <span className="voice-sign" aria-hidden="true">
        {isPlaying ? "❚❚" : "▶"}
      </span>
      <span className="bars" aria-hidden="true">
        {bars.map((height, i) => (
          <span
            key={i}
            style={{ height: `${Math.max(12, height)}%` }}
            data-played={i / bars.length < part}
          />
        ))}
      </span>
      <span className="dim">{duration ? lengthText(duration) : ""}</span>
    </button>
  );
}
