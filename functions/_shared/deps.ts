// Every dependency of the functions, with its version: a self-hosted project passes no import map.
export { z } from "npm:zod@4.6.7";
export {
  createClient,
  type PostgrestSingleResponse,
  type SupabaseClient,
} from "npm:@supabase/supabase-js@2.119.1";
