// Verbs as methods: `request_friend` becomes `requestFriend`, and takes its arguments by their JSON keys.
import type { Answers, Args, Call, Verb } from "../types.ts";

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

/** A verb that needs no arguments can be called without. */
export type Method<V extends Verb> = Record<never, never> extends Args<V>
  ? (args?: Args<V>) => Promise<Answers[V]>
  : (args: Args<V>) => Promise<Answers[V]>;

type Methods<V extends Verb> = { [Name in V as Camel<Name>]: Method<Name> };

/** A method for each verb. */
export function bind<V extends Verb>(call: Call, verbs: readonly V[]): Methods<V> {
  const methods = verbs.map((verb) => [
    verb.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
    (args: Args<V>) => call(verb, args ?? {}),
  ]);
  return Object.fromEntries(methods); // the names are those that Camel gives them
}
