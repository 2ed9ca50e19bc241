import type { InputHTMLAttributes } from "react";

/** An input with its label above it. */
export function Field(
  { label, ...input }:
    & { label: string }
    & InputHTMLAttributes<HTMLInputElement>,
) {
  return (
    <label className="field">
      <span>{label}</span>
      <input dir="auto" {...input} />
    </label>
  );
}

export function Check(
  { label, ...input }:
    & { label: string }
    & InputHTMLAttributes<HTMLInputElement>,
) {
  return (
    <label className="check">
      <input type="checkbox" {...input} />
      <span>{label}</span>
    </label>
  );
}
