import { accountOf } from "../../account.js";
import { problemOf } from "../../problem.js";
import { userIdOf } from "../../session.js";

/** app/me/route.ts */
export async function GET(request: Request): Promise<Response> {
  try {
    return Response.json(await accountOf(userIdOf(request.headers.get("cookie"))));
  } catch (error) {
    const { status, location, text } = problemOf(error);
    return new Response(text, { status, headers: location === undefined ? {} : { location } });
  }
}
