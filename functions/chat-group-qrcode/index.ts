import { GroupQrcodeRequest } from "../_shared/contract.ts";
import { serve } from "../_shared/serve.ts";
import { groupQrcode } from "./group_qrcode.ts";

Deno.serve(serve(GroupQrcodeRequest, groupQrcode, { methods: ["GET", "POST"] }));
