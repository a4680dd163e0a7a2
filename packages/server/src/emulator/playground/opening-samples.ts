/** Owns the code to copy for the two steps in the browser: making the address, and checking what came back. */

import type { SampleView } from "./page/view.js";
import { js, py, rb } from "./samples.js";

export function startSamples(base: string, clientId: string): SampleView[] {
  const endpoint = `${base}/oauth/authorize`;
  return [
    {
      language: "typescript",
      note: "Keep state in the session of this browser",
      code: `import { randomBytes } from "node:crypto";

const state = randomBytes(16).toString("hex");
const address = new URL(${js(endpoint)});
address.search = new URLSearchParams({
  response_type: "code",
  client_id: ${js(clientId)},
  state,
}).toString();
console.log(address.href);`,
    },
    {
      language: "ruby",
      note: "Keep state in the session of this browser",
      code: `require "securerandom"
require "uri"

state = SecureRandom.hex(16)
address = URI(${rb(endpoint)})
address.query = URI.encode_www_form(
  response_type: "code",
  client_id: ${rb(clientId)},
  state: state,
)
puts address`,
    },
    {
      language: "python",
      note: "Keep state in the session of this browser",
      code: `import secrets
from urllib.parse import urlencode

state = secrets.token_hex(16)
address = ${py(endpoint)} + "?" + urlencode({
    "response_type": "code",
    "client_id": ${py(clientId)},
    "state": state,
})
print(address)`,
    },
  ];
}

/** Each removes the kept state before it compares: it must not serve twice. */
export const callbackSamples: readonly SampleView[] = [
  {
    language: "typescript",
    note: "Express; equal in constant time",
    code: `import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string) => createHash("sha256").update(text).digest();

const { state, code, error } = req.query;
const expected = req.session.state;
delete req.session.state;
if (
  typeof state !== "string" || expected === undefined ||
  !timingSafeEqual(digest(state), digest(expected))
) {
  throw new Error("This callback does not answer our request");
}
if (error === "access_denied") return res.redirect("/not-connected");`,
  },
  {
    language: "ruby",
    note: "Rails; equal in constant time",
    code: `expected = session.delete(:state)
unless expected && params[:state].is_a?(String) &&
       ActiveSupport::SecurityUtils.secure_compare(params[:state], expected)
  return head :bad_request
end
return redirect_to "/not-connected" if params[:error] == "access_denied"`,
  },
  {
    language: "python",
    note: "Flask; equal in constant time",
    code: `from hmac import compare_digest
from flask import abort, redirect, request, session

expected = session.pop("state", "")
received = request.args.get("state", "")
if not expected or not compare_digest(received.encode(), expected.encode()):
    abort(400)
if request.args.get("error") == "access_denied":
    return redirect("/not-connected")`,
  },
];
