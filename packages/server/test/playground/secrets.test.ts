import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyCharacter } from "../../../../test/support/text.js";
import { startSamples } from "../../src/emulator/playground/opening-samples.js";
import {
  accountSamples,
  exchangeSamples,
  js,
  refreshSamples,
  sh,
} from "../../src/emulator/playground/samples.js";
import { shorten, shownJson, withoutSecrets } from "../../src/emulator/playground/secrets.js";

const secret = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 140 });

describe("a secret that is shown", () => {
  it("keeps four characters of each end, and less of a short one", () => {
    expect(shorten("1d14434088507ffa390e6f5528465")).toBe("1d14…8465");
    expect(shorten("12345678")).toBe("12…78");
    expect(shorten("abc")).toBe("…");
    expect(shorten("")).toBe("…");
  });

  it("never keeps more than half of itself", () => {
    fc.assert(fc.property(fc.string(), (text) => shorten(text).length - 1 <= text.length / 2));
  });

  it("is shortened wherever it stands in a text", () => {
    fc.assert(
      fc.property(secret, fc.string(), (hidden, around) => {
        fc.pre(!around.includes(hidden) && !shorten(hidden).includes(hidden));
        expect(withoutSecrets(`${around}|${hidden}|`, [hidden])).toContain(`|${shorten(hidden)}|`);
      }),
    );
  });

  it("is shortened in JSON by the name of its member, at any depth", () => {
    const shown = shownJson({
      data: [{ access_token: "abcdefghijklmnop" }],
      client_secret: "0123456789abcdef",
    });
    expect(shown).not.toMatch(/abcdefghijklmnop|0123456789abcdef/);
    expect(shown).toContain("abcd…mnop");
  });

  it("is not cut short by another secret that it contains", () => {
    expect(withoutSecrets("abcdefgh12345678", ["12345678", "abcdefgh12345678"])).toBe("abcd…5678");
  });
});

describe("code to copy", () => {
  const client = {
    clientId: "cc91c61d00f8bb2ece1428035716b",
    clientSecret: 'it\'s a "secret" #{exit} $HOME `id` \\',
  };
  const base = "http://127.0.0.1:4010";

  it("quotes any value for the shell so that it arrives as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), (value) => {
        fc.pre(!value.includes("\0"));
        expect(execFileSync("sh", ["-c", `printf %s ${sh(value)}`], { encoding: "utf8" })).toBe(value);
      }),
      { numRuns: 40 },
    );
  });

  it("quotes any value for JavaScript", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (value) => {
        expect(new Function(`return ${js(value)}`)()).toBe(value);
      }),
    );
  });

  it("lets no value become an interpolation of Ruby", () => {
    const ruby = exchangeSamples(base, client, "code", "state").find(({ language }) => language === "ruby");
    expect(ruby?.code).toContain('"it\'s a \\"secret\\" \\#{exit} $HOME `id` \\\\"');
  });

  it("comes in four languages for each call, with the real values and this server's address", () => {
    for (const samples of [
      exchangeSamples(base, client, "1b0d28d90c86c141", "900e06e2"),
      refreshSamples(base, client, "1b0d28d90c86c141"),
      accountSamples(base, "1b0d28d90c86c141"),
    ]) {
      expect(samples.map(({ language }) => language)).toEqual(["curl", "typescript", "ruby", "python"]);
      for (const { code } of samples) {
        expect(code).toContain("1b0d28d90c86c141");
        expect(code).toContain("127.0.0.1:4010");
      }
    }
  });

  it("prints what it made, in each language", () => {
    for (const { language, code } of [
      ...startSamples(base, client.clientId),
      ...exchangeSamples(base, client, "code", "state"),
      ...accountSamples(base, "token"),
    ])
      expect([language, code]).toEqual([
        language,
        expect.stringMatching(/^(console\.log|puts|print|p|curl) ?/m),
      ]);
  });

  it("makes curl send the JSON that it sends itself, on lines that can be read", () => {
    const [curl] = refreshSamples(base, client, "1b0d28d90c86c141");
    expect(curl?.code).toContain('\n  "refresh_token": "1b0d28d90c86c141"');
  });

  it("makes curl send the JSON that the playground itself sends", () => {
    const [curl] = exchangeSamples(base, client, "1b0d28d90c86c141", "900e06e2");
    const body = execFileSync("sh", ["-c", `curl() { printf %s "$6"; }; ${curl?.code}`], {
      encoding: "utf8",
    });
    expect(JSON.parse(body)).toEqual({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      code: "1b0d28d90c86c141",
      grant_type: "authorization_code",
      state: "900e06e2",
    });
  });
});
