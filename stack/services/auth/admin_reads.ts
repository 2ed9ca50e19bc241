import type { Context } from "hono";
import { validate } from "uuid";
import { z } from "zod";
import { requireAdmin } from "./callers.ts";
import { type Auth, AUTHENTICATED } from "./context.ts";
import { invalid, Refusal } from "./refusal.ts";
import { findUser, type User } from "./users.ts";
import { userJson, usersJson } from "./user_json.ts";

/** The client sends empty texts for what was not asked for. */
const pageNumber = (fallback: number, largest: number) =>
  z.string().optional()
    .transform((value) => Number(value || fallback))
    .pipe(z.number().int().min(1).max(largest));

const Page = z.object({ page: pageNumber(1, 1_000_000), per_page: pageNumber(50, 1000) });

/** GET /admin/users?page=&per_page=, newest first. */
export async function listUsers(auth: Auth, c: Context): Promise<Response> {
  await requireAdmin(auth, c);
  const query = Page.safeParse(c.req.query());
  if (!query.success) {
    throw invalid(`Bad Pagination Parameters: ${z.prettifyError(query.error)}`);
  }
  const { page, per_page } = query.data;
  const { rows: [count] } = await auth.database.query<{ total: number }>(
    "select count(*)::int as total from auth.users where aud = $1",
    [AUTHENTICATED],
  );
  const { rows } = await auth.database.query<User>(
    "select * from auth.users where aud = $1 order by created_at desc, id limit $2 offset $3",
    [AUTHENTICATED, per_page, (page - 1) * per_page],
  );
  const total = count?.total ?? 0;
  c.header("x-total-count", String(total));
  c.header("link", links(page, per_page, Math.ceil(total / per_page)));
  return c.json({ users: await usersJson(auth.database, rows), aud: AUTHENTICATED });
}

// The client cuts the page out between the first "=" and what follows: `page` has to come first.
function links(page: number, perPage: number, last: number): string {
  const link = (target: number, rel: string) =>
    `</admin/users?page=${target}&per_page=${perPage}>; rel="${rel}"`;
  return [
    ...page < last ? [link(page + 1, "next")] : [],
    ...page > 1 ? [link(page - 1, "prev")] : [],
    link(last, "last"),
  ].join(", ");
}

/** GET /admin/users/:id. */
export async function readUser(auth: Auth, c: Context): Promise<Response> {
  await requireAdmin(auth, c);
  const user = await findUser(auth.database, requireUserId(c));
  if (!user) throw noSuchUser();
  return c.json(await userJson(auth.database, user));
}

export function requireUserId(c: Context): string {
  const id = c.req.param("id");
  if (validate(id) && id) return id;
  throw new Refusal(404, "validation_failed", "user_id must be an UUID");
}

export function noSuchUser(): Refusal {
  return new Refusal(404, "user_not_found", "User not found");
}
