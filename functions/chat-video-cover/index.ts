import { VideoCoverRequest } from "../_shared/contract.ts";
import { serve } from "../_shared/serve.ts";
import { TOOLS } from "./tools.ts";
import { createVideoCover } from "./video_cover.ts";

Deno.serve(serve(VideoCoverRequest, createVideoCover(TOOLS)));
