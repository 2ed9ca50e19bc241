// Pure JavaScript on purpose: edge runtimes have no canvas, and only part of what Node has.
export { encode as encodePng } from "npm:fast-png@8.0.0";
export { encode as encodeQr, renderSVG } from "npm:uqr@0.1.3";
