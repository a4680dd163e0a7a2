// An Express app with the authorization server in it.
import express from "express";
import { authorizationServer, signIn, signInPage } from "./authorization.js";

export async function expressApp(issuer) {
  const mounted = await authorizationServer(issuer);
  const app = express();
  // Before anything that reads bodies: the authorization server reads its own.
  app.use(mounted.server.handler);
  app.use(express.urlencoded({ extended: false }));
  app.get("/sign-in", (request, response) => response.send(signInPage(request.query.return_to)));
  app.post("/sign-in", async (request, response) => {
    const signedIn = await signIn(mounted, request.body);
    if (signedIn === undefined) return response.status(401).send(signInPage(request.body.return_to));
    return response.append("set-cookie", signedIn.cookies).redirect(303, signedIn.location);
  });
  app.get("/", (_request, response) => response.send("My own program"));
  return { mounted, listener: app };
}
