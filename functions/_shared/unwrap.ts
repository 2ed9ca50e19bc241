import type { PostgrestSingleResponse } from "./deps.ts";
import { Refusal } from "./refusal.ts";

/** What the database did not mean for the caller. */
export class DatabaseError extends Error {
  readonly code: string;

  constructor({ code, message }: { code?: string; message: string }) {
    super(message);
    this.name = "DatabaseError";
    this.code = code ?? ""; // the gateway's own answers have none
  }
}

/**
 * The data of an answer of the database.
 * @throws {Refusal} what a verb refused, in its words; `not_signed_in` for a token that is missing, expired or forged
 * @throws {DatabaseError} everything else, which is nobody's business but ours
 */
export function unwrap<Data>({ data, error, status }: PostgrestSingleResponse<Data>): Data {
  if (!error) return data;
  // PTxyz means the catalogue (sql/kernel/errors.sql): the code is the message, the sentence the details.
  if (/^PT\d{3}$/.test(error.code)) {
    throw new Refusal({ code: error.message, status, message: error.details });
  }
  if (status === 401) throw new Refusal("not_signed_in");
  throw new DatabaseError(error);
}
