import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { expressApp } from "./express-app.js";
import { fastifyApp } from "./fastify-app.js";

const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

async function listening(makeApp) {
  let listener = (_request, response) => response.end();
  const http = createServer((request, response) => listener(request, response));
  await new Promise((resolve) => http.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${http.address().port}`;
  const made = await makeApp(url);
  listener = made.listener;
  const close = async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await made.mounted.server.close();
    await made.mounted.storage.close();
  };
  return { url, close };
}

/** A browser that keeps cookies and shows where it is sent. */
function browser(url) {
  const cookies = new Map();
  return async (path, form) => {
    const answer = await fetch(new URL(path, url), {
      redirect: "manual",
      headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
  };
}

for (const [name, makeApp] of Object.entries({ express: expressApp, fastify: fastifyApp })) {
  test(`a person of the ${name} app signs in on its own page and allows an app`, async () => {
    const { url, close } = await listening(makeApp);
    try {
      const go = browser(url);
      assert.match((await go("/")).text, /My own program/);
      const query = new URLSearchParams({
        ...{ response_type: "code", client_id: "an-app", state: "s" },
        ...{ code_challenge: challenge, code_challenge_method: "S256" },
      });
      const sent = await go(`/oauth/authorize?${query}`);
      assert.equal(sent.status, 303);
      assert.match(sent.location, /^\/sign-in\?return_to=/);
      const onward = new URL(sent.location, url).searchParams.get("return_to");
      const wrong = await go("/sign-in", { email: "jill@example.com", password: "wrong", return_to: onward });
      assert.equal(wrong.status, 401);
      const right = { email: "jill@example.com", password: "correct horse battery staple" };
      const away = await go("/sign-in", { ...right, return_to: "//evil.example/" });
      assert.equal(away.location, "/");
      const asked = await browser(url)("/connected-apps");
      assert.equal(asked.location, `/sign-in?${new URLSearchParams({ return_to: "/connected-apps" })}`);
      const signedIn = await go("/sign-in", { ...right, return_to: onward });
      const consent = await go(signedIn.location);
      const [, csrf] = /name="csrf" value="([^"]+)"/.exec(consent.text);
      const back = await go(signedIn.location, { csrf, decision: "allow" });
      const code = new URL(back.location).searchParams.get("code");
      const answer = await fetch(`${url}/oauth/token`, {
        method: "POST",
        body: new URLSearchParams({
          ...{ grant_type: "authorization_code", code, code_verifier: verifier },
          ...{ client_id: "an-app", client_secret: "the-secret-of-an-app" },
        }),
      });
      assert.equal(answer.status, 200);
      assert.equal((await answer.json()).scope, "documents");
      const apps = await go((await go("/sign-in", { ...right, return_to: "/connected-apps" })).location);
      assert.match(apps.text, /An app/);
      // Nobody types a password into the server where there is another page for it.
      const posted = await browser(url)("/connected-apps/login", right);
      assert.match(posted.location, /^\/sign-in\?/);
    } finally {
      await close();
    }
  });
}
