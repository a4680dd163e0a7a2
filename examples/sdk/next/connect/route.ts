import { flow } from "../../oauth.js";

/** app/connect/route.ts */
export async function GET(): Promise<Response> {
  const { url, setCookie } = await flow.begin();
  return new Response(null, { status: 303, headers: { location: url, "set-cookie": setCookie } });
}
