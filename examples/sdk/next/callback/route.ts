import { flow, keeper } from "../../oauth.js";
import { problemOf } from "../../problem.js";
import { userIdOf } from "../../session.js";

/** app/callback/route.ts */
export async function GET(request: Request): Promise<Response> {
  const cookie = request.headers.get("cookie");
  try {
    const result = await flow.handleCallback(request.url, cookie);
    if (result.outcome === "authorized") await keeper.save(userIdOf(cookie), result.token);
    const location = result.outcome === "authorized" ? "/me" : "/?connected=no";
    return new Response(null, { status: 303, headers: { location, "set-cookie": result.clearCookie } });
  } catch (error) {
    const { status, text } = problemOf(error);
    return new Response(text, { status });
  }
}
