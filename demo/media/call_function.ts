import { FunctionsHttpError } from "@supabase/supabase-js";
import { ChatError } from "../../client/index.ts";
import type { Supabase } from "../create_app.ts";

/** Calls an Edge Function. @throws {ChatError} */
export async function callFunction<Answer>(
  supabase: Supabase,
  name: string,
  body: Record<string, unknown>,
): Promise<Answer> {
  const { data, error } = await supabase.functions.invoke(name, { body });
  if (error instanceof FunctionsHttpError) {
    const answer: Response = error.context;
    const { code, message } = await answer.json().catch(() => ({}));
    throw new ChatError(
      code ?? "internal",
      answer.status,
      message ?? error.message,
    );
  }
  if (error) throw new ChatError("unreachable", 0, error.message);
  return data;
}
