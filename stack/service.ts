/** One part of the stack that answers HTTP. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  /**
   * Answers one request. The path still carries the public prefix (`/auth/v1/...`), and the
   * request is the server's own object, so that a service may upgrade it to a websocket.
   */
  fetch(request: Request): Response | Promise<Response>;
}

/** Where a part of the stack writes what an operator should see; one line each. */
export type Log = (line: string) => void;
