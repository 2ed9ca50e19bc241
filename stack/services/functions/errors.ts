/** What the platform answers in place of a function, in its words. */
const ERRORS = {
  NOT_FOUND: [404, "Requested function was not found"],
  REQUEST_TOO_LARGE: [413, "Payload too large"],
  WORKER_ERROR: [500, "Function exited due to an error (please check logs)"],
  BOOT_ERROR: [503, "Function failed to start (please check logs)"],
  IDLE_TIMEOUT: [504, "Request idle timeout limit reached"],
  WORKER_RESOURCE_LIMIT: [
    546,
    "Function failed due to not having enough compute resources (please check logs)",
  ],
} as const;

export function platformError(code: keyof typeof ERRORS): Response {
  const [status, message] = ERRORS[code];
  return answer(status, { code, message });
}

/** A token that the platform does not let through; `msg` is there for its older clients. */
export function tokenError(code: string, message: string): Response {
  return answer(401, { code, message, msg: message });
}

function answer(status: number, body: { code: string; message: string; msg?: string }): Response {
  return Response.json(body, {
    status,
    headers: {
      "sb-error-code": body.code,
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "sb-error-code",
    },
  });
}
