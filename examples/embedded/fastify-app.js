// A Fastify app with the authorization server in it.
import Fastify from "fastify";
import { authorizationServer, signIn, signInPage } from "./authorization.js";

export async function fastifyApp(issuer) {
  const mounted = await authorizationServer(issuer);
  const app = Fastify();
  app.addHook("onRequest", async (request, reply) => {
    if (!mounted.server.handles(request.raw)) return;
    reply.hijack();
    mounted.server.handler(request.raw, reply.raw);
  });
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async (_request, body) => Object.fromEntries(new URLSearchParams(body)),
  );
  app.get("/sign-in", async (request, reply) =>
    reply.type("text/html").send(signInPage(request.query.return_to)),
  );
  app.post("/sign-in", async (request, reply) => {
    const signedIn = await signIn(mounted, request.body);
    if (signedIn === undefined)
      return reply.code(401).type("text/html").send(signInPage(request.body.return_to));
    return reply.header("set-cookie", signedIn.cookies).redirect(signedIn.location, 303);
  });
  app.get("/", async () => "My own program");
  await app.ready();
  return { mounted, listener: app.routing };
}
