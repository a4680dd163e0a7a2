import { isPrefetch } from "@countersign/sdk";
import { flow } from "../../oauth.js";

/** app/connect/route.ts */
export async function GET(request: Request): Promise<Response> {
  if (isPrefetch(request.headers))
    return new Response(null, { status: 503, headers: { "cache-control": "no-store" } });
  const { url, setCookie } = await flow.begin({ binding: request.headers.get("cookie") });
  return new Response(null, { status: 303, headers: { location: url, "set-cookie": setCookie } });
}
