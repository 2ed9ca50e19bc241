import { MediaRequest } from "../_shared/contract.ts";
import { serve } from "../_shared/serve.ts";
import { checkMedia } from "./check_media.ts";

Deno.serve(serve(MediaRequest, checkMedia));
