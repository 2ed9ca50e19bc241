import type { VideoCover, VideoCoverRequest } from "../_shared/contract.ts";
import { invalid } from "../_shared/refusal.ts";

const PROCESS = "x-oss-process";

/** Of an address that is signed as a whole, by any of OSS's ways to sign. */
const SIGNED = /^(signature|x-oss-signature.*|x-oss-credential|ossaccesskeyid|security-token)$/i;

/**
 * The address at which Aliyun OSS itself makes the picture. Nothing is asked, so the sides are those asked for.
 * @throws {Refusal} `request_invalid` for a signed address, which allows no change
 */
export function ossSnapshot(video: URL, wanted: VideoCoverRequest): VideoCover {
  const { time, mode, width, height, format } = wanted;
  const query = video.search.slice(1).split("&").filter(Boolean);
  if (query.some((pair) => SIGNED.test(nameOf(pair)))) {
    throw invalid("videoUrl: is signed; sign an address that has x-oss-process in it");
  }
  const steps = [
    "video/snapshot",
    `t_${time}`,
    ...mode === "fast" ? ["m_fast"] : [],
    `w_${width}`,
    `h_${height}`,
    `f_${format}`,
  ];
  const url = new URL(video);
  url.hash = "";
  url.search = [
    ...query.filter((pair) => nameOf(pair).toLowerCase() !== PROCESS),
    `${PROCESS}=${steps.join(",")}`,
  ].join("&");
  return { url: url.href, format, time, width, height };
}

function nameOf(pair: string): string {
  const [name = ""] = new URLSearchParams(pair).keys();
  return name;
}
