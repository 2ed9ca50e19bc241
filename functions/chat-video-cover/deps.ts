// Pinned here as well as in package.json: self-hosted Supabase passes no import map.
// The decoder, @ffmpeg/core, is not imported: engine/loader.ts says how it comes, and why.
export {
  BufferTarget,
  CustomSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MkvOutputFormat,
  MovOutputFormat,
  MP4,
  Mp4OutputFormat,
  MPEG_TS,
  Output,
  QTFF,
  WEBM,
} from "npm:mediabunny@1.61.0";
export type { InputFormat, InputVideoTrack, VideoCodec } from "npm:mediabunny@1.61.0";
export { default as ipaddr } from "npm:ipaddr.js@2.5.0";
