// The core of file-type reads bytes only: its default entry wants Node's file system.
export { fileTypeFromBuffer, supportedMimeTypes } from "npm:file-type@21.3.4/core";
export { imageSize } from "npm:image-size@2.1.0";
export { ALL_FORMATS, CustomSource, Input } from "npm:mediabunny@1.61.0";
