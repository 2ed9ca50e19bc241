/** Any page may call: what a caller may do hangs on the token, and browsers send none by themselves. */
export function cors(methods: readonly string[]): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": [...methods, "OPTIONS"].join(", "),
    "access-control-allow-headers":
      "authorization, apikey, content-type, x-client-info, x-region, traceparent, tracestate, baggage",
    "access-control-expose-headers": "retry-after",
    "access-control-max-age": "3600",
  };
}
