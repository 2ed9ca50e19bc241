import { useEffect, useRef, useState } from "react";
import { canRecordVoice, type Recording, recordVoice } from "../../client/media/record_voice.ts";
import { lengthText } from "../times.ts";
import { useAction, useApp } from "../use_app.ts";
import { useWords } from "../words.ts";
import { Icon } from "./icon.tsx";

const LONGEST = 60_000;
/** Shorter ones are slips of the finger. */
const SHORTEST = 500;

/** Records a voice message; pressed again, it is sent. */
export function VoiceButton(
  { conversationId }: { readonly conversationId: string },
) {
  const { uploads } = useApp();
  const { say } = useWords();
  const { run } = useAction();
  const recording = useRef<Recording | null>(null);
  const isGone = useRef(false);
  const [isOn, setOn] = useState(false);
  const length = useStopwatch(isOn);

  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      void take()?.cancel();
    };
  }, []);
  useEffect(() => {
    if (length >= LONGEST) finish();
  }, [length >= LONGEST]);

  /** A recording ends once. */
  function take(): Recording | null {
    const taken = recording.current;
    recording.current = null;
    setOn(false);
    return taken;
  }

  async function begin(): Promise<void> {
    const begun = await recordVoice();
    // Whoever is asked for the microphone may have gone to another conversation meanwhile.
    if (isGone.current) return await begun.cancel();
    recording.current = begun;
    setOn(true);
  }

  function finish(): void {
    void run(async () => {
      const voice = await take()?.finish();
      if (!voice || voice.duration < SHORTEST) return;
      const { file, duration, waveform } = voice;
      const wish = { kind: "audio", duration, waveform } as const;
      uploads.add({ conversation_id: conversationId, wish, file });
    });
  }

  if (!canRecordVoice()) return null;
  if (!isOn) {
    return (
      <button
        type="button"
        className="icon"
        aria-label={say("record")}
        onClick={() => void run(begin)}
      >
        <Icon shape="microphone" />
      </button>
    );
  }
  return (
    <>
      <span className="recording" role="timer">{lengthText(length)}</span>
      <button
        type="button"
        className="quiet"
        onClick={() => void take()?.cancel()}
      >
        {say("cancel")}
      </button>
      <button type="button" className="primary" onClick={finish}>
        {say("send")}
      </button>
    </>
  );
}

function useStopwatch(isOn: boolean): number {
  const [length, setLength] = useState(0);
  useEffect(() => {
    setLength(0);
    if (!isOn) return;
    const begun = Date.now();
    const timer = setInterval(() => setLength(Date.now() - begun), 250);
    return () => clearInterval(timer);
  }, [isOn]);
  return length;
}
