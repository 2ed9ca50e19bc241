import { compare, hash } from "bcryptjs";
import { invalid, Refusal } from "./refusal.ts";

/** bcrypt does not look at anything after this many bytes. */
const MAX_BYTES = 72;

/** Hash of nothing anybody knows, per cost: refusing an unknown user must take as long as a wrong password. */
const decoys = new Map<number, Promise<string>>();

export interface PasswordRules {
  readonly minPasswordLength: number;
  readonly passwordCost: number;
}

export interface Weakness {
  readonly message: string;
  readonly reasons: readonly string[];
}

/** What is wrong with a password by the rules of today, or null. */
export function weaknessOf(
  password: string,
  { minPasswordLength }: PasswordRules,
): Weakness | null {
  if (byteLength(password) >= minPasswordLength) return null;
  const message = `Password should be at least ${minPasswordLength} characters.`;
  return { message, reasons: ["length"] };
}

/** @throws {Refusal} `weak_password` or `validation_failed` for a password that nobody may choose. */
export function requireStrong(password: string, rules: PasswordRules): void {
  requireShort(password);
  const weakness = weaknessOf(password, rules);
  if (!weakness) return;
  throw new Refusal(422, "weak_password", weakness.message, {
    extra: { weak_password: { reasons: weakness.reasons } },
  });
}

/** @throws {Refusal} for a password whose end bcrypt would ignore. */
export function requireShort(password: string): void {
  if (byteLength(password) <= MAX_BYTES) return;
  throw invalid(`Password cannot be longer than ${MAX_BYTES} characters`);
}

export function hashPassword(password: string, { passwordCost }: PasswordRules): Promise<string> {
  return hash(password, passwordCost);
}

/** Compares a password with a user's hash; a user without one costs the same time and never matches. */
export async function isPassword(
  password: string,
  encrypted: string | null,
  { passwordCost }: PasswordRules,
): Promise<boolean> {
  const matches = await compare(password, encrypted || await decoy(passwordCost));
  return matches && Boolean(encrypted) && byteLength(password) <= MAX_BYTES;
}

function decoy(cost: number): Promise<string> {
  const known = decoys.get(cost) ?? hash(crypto.randomUUID(), cost);
  decoys.set(cost, known);
  return known;
}

function byteLength(value: string): number {
  return new TextEncoder().encode(value).length;
}
