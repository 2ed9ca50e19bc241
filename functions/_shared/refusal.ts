import { type ErrorCode, REFUSALS } from "./errors.gen.ts";

type Told = {
  code: string;
  status: number;
  message: string;
  details?: Readonly<Record<string, unknown>>;
};

/** A no that the caller is told of, in the form of the database's: a code, a status, a sentence. */
export class Refusal extends Error {
  readonly code: string;
  readonly status: number;
  /** What a program can use, besides the code. */
  readonly details?: Readonly<Record<string, unknown>>;

  /** Takes a code of the catalogue, or what the database said: it may know codes that came later than this file. */
  constructor(refused: ErrorCode | Told) {
    const { code, status, message, details } = typeof refused === "string"
      ? told(refused)
      : refused;
    super(message);
    this.name = "Refusal";
    this.code = code;
    this.status = status;
    if (details) this.details = details;
  }
}

/** Says what about the request is not well formed. */
export function invalid(reason: string): Refusal {
  return new Refusal({ code: "request_invalid", status: 400, message: reason });
}

function told(code: ErrorCode): Told {
  const { status, en } = REFUSALS[code];
  return { code, status, message: en };
}
