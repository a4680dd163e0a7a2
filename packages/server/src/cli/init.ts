/** `countersign init`: a seed file to begin with, and how to go on. */

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { faultInCallbackUrl } from "../oauth/authorize/redirect-uri.js";
import { seedFileNames } from "./seed-file-names.js";
import { parseOptions, UsageFault } from "./usage.js";

const usage = `Usage: countersign init [FILE] [--callback URL]

Writes a seed file with two accounts and your app. FILE is ${seedFileNames[0]}, which
\`countersign dev\` finds by itself.

  --callback URL where your app listens for the code (http://localhost:3000/callback)`;

const options = { callback: { type: "string" }, help: { type: "boolean", short: "h" } } as const;

export async function init(args: string[]): Promise<void> {
  const { values, positionals } = parseOptions(args, options, usage, 1);
  if (values.help) return console.log(usage);
  const file = positionals[0] ?? seedFileNames[0];
  const callback = values.callback ?? "http://localhost:3000/callback";
  const fault = faultInCallbackUrl(callback, { plainHttp: "anywhere" });
  if (fault) throw new UsageFault(`--callback ${callback}: ${fault}.`);
  const client = { id: randomBytes(16).toString("hex"), secret: randomBytes(16).toString("hex") };
  write(file, seedText(callback, client));
  const option = seedFileNames.some((name) => name === file) ? "" : ` --seed ${file}`;
  console.log(`${file} is written: two accounts and your app.

Start the emulator:    npx countersign dev${option}
Settings of your app:  OAUTH_URL=http://127.0.0.1:4010
                       CLIENT_ID=${client.id}
                       CLIENT_SECRET=${client.secret}
Then send a user to    http://127.0.0.1:4010/oauth/authorize?response_type=code&client_id=${client.id}&state=STATE
and sign in as         jill@example.com, password "correct horse battery".`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw new Error(`${file} already exists and was left unchanged.`);
    if (code === "ENOENT") throw new Error(`${file} cannot be written: there is no such folder.`);
    throw new Error(`${file} cannot be written: ${message}.`);
  }
}

function seedText(callback: string, client: { id: string; secret: string }): string {
  return `# Accounts and apps that \`countersign dev\` starts with. A key it does not know is refused, with its line.
# \${NAME} in a value is replaced by the environment variable.

# profile: standard         # PKCE, rotation, revocation, introspection; without it, as the live service

accounts:
  - email: jill@example.com
    password: correct horse battery
    # api_keys:             # up to four of 64 hex digits; the first makes the event_hash of events
    #   - ${"5d1fe7a1".repeat(8)}
  - email: jack@example.com
    password: purple monkey dishwasher

apps:
  - name: My app
    owner: jill@example.com
    client_id: ${client.id}
    client_secret: ${client.secret}
    oauth:
      callback_url: ${JSON.stringify(callback)}
      # callback_urls: []   # more of them; a request then names one in redirect_uri
      scopes: [basic_account_info, request_signature]
    # approved: true        # false: only the owner can authorize it, as live before approval
    # refresh_tokens: same  # or rotate
    # require_client_credentials_on_refresh: false
    # event_callback_url: http://localhost:3000/events

# templates:                # documents to begin with
#   - title: NDA
#     owner: jill@example.com
#     signer_roles: [Client]

# signature_requests:
#   - title: Offer
#     sender: jill@example.com
#     signers: [{ name: Jack, email: jack@example.com, signed: false }]

# unclaimed_drafts:
#   - title: Lease
#     requester: jill@example.com
`;
}
