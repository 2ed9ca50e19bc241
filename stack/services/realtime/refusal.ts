/** Why a client is turned away, in the words of the real service. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  /** `Unauthorized` and the like: shown in front of the sentence when a join is refused. */
  readonly code: string;

  constructor(code: string, sentence: string) {
    super(sentence);
    this.code = code;
  }

  get reason(): string {
    return `${this.code}: ${this.message}`;
  }
}

export function unauthorized(topic: string): Refusal {
  return new Refusal(
    "Unauthorized",
    `You do not have permissions to read from this Channel topic: ${topic}`,
  );
}
