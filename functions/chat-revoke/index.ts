import { RevokeRequest } from "../_shared/contract.ts";
import { serve } from "../_shared/serve.ts";
import { revoke } from "./revoke.ts";

Deno.serve(serve(RevokeRequest, revoke));
