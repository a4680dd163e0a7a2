/** Scopes: the bits a token carries, and which lists are ones. */

import { expect, it } from "vitest";
import { dropboxSign } from "../../src/oauth/profile/dropbox-sign.js";
import { standard } from "../../src/oauth/profile/standard.js";
import {
  describeScope,
  faultInAppScopes,
  faultInScopeTexts,
  mostScopes,
  parseScope,
  scopeMask,
  scopesOfMask,
} from "../../src/oauth/scope.js";
import { fc } from "../support/fuzz.js";

const tokens = fc.stringMatching(/^[\x21\x23-\x5B\x5D-\x7E]{1,12}$/);
const lists = fc.uniqueArray(tokens, { minLength: 1, maxLength: mostScopes });

it("a mask gives back the scopes it was made of, up to 32 of them, in the app's order", () => {
  fc.assert(
    fc.property(lists, fc.infiniteStream(fc.boolean()), (all, chance) => {
      const chosen = all.filter(() => chance.next().value);
      const mask = scopeMask(all, [...chosen].reverse());
      expect(mask).toBeGreaterThanOrEqual(0);
      expect(mask).toBeLessThan(2 ** 32);
      expect(scopesOfMask(all, mask)).toEqual(chosen);
    }),
  );
});

it("a mask never names a scope that is not the family's", () => {
  fc.assert(
    fc.property(lists, lists, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (all, foreign, mask) => {
      expect(scopesOfMask(all, scopeMask(all, foreign)).every((scope) => foreign.includes(scope))).toBe(true);
      expect(scopesOfMask(all, mask).every((scope) => all.includes(scope))).toBe(true);
    }),
  );
});

it("a list is split at spaces, each scope once", () => {
  fc.assert(
    fc.property(fc.array(tokens, { minLength: 1 }), fc.constantFrom(" ", "  "), (all, space) => {
      expect(parseScope(` ${all.join(space)} `)).toEqual([...new Set(all)]);
    }),
  );
});

it.each(["", " ", "a\tb", "a\nb", 'a"', "a\\", "é", "a\0", "\u00a0a"])("%j is no list of scopes", (text) => {
  expect(parseScope(text)).toBeUndefined();
});

it("an app's scopes may not mix those that charge its owner with those that charge the user", () => {
  const { scopes } = dropboxSign;
  const names = Object.keys(scopes);
  const owner = names.filter((name) => scopes[name]?.charged === "app_owner");
  const user = names.filter((name) => scopes[name]?.charged === "user");
  expect(owner).toEqual(["basic_account_info", "request_signature"]);
  expect(user).toHaveLength(5);
  expect(faultInAppScopes(dropboxSign, owner)).toBeUndefined();
  expect(faultInAppScopes(dropboxSign, [...user, "an:own-scope"])).toBeUndefined();
  for (const one of owner)
    for (const other of user) expect(faultInAppScopes(dropboxSign, [one, other])).toContain("mixed");
});

it("nobody is charged in the standard profile, and any scopes go together", () => {
  expect(faultInAppScopes(standard, ["basic_account_info", "account_access"])).toBeUndefined();
  expect(describeScope(standard, { scopeTexts: {} }, "account_access").charged).toBeUndefined();
});

it("an app has 1 to 32 scopes, each a scope token, none twice", () => {
  const many = Array.from({ length: mostScopes }, (_, index) => `s${index}`);
  expect(faultInAppScopes(dropboxSign, many)).toBeUndefined();
  expect(faultInAppScopes(dropboxSign, [...many, "more"])).toContain("at most 32");
  expect(faultInAppScopes(dropboxSign, [])).toContain("at least one");
  expect(faultInAppScopes(dropboxSign, ["a", "a"])).toContain("twice");
  expect(faultInAppScopes(dropboxSign, ["a b"])).toContain("RFC 6749");
});

it("the app's owner says what a scope means, and the service's own words go first", () => {
  const app = { scopeTexts: { "read:docs": "Read your documents", account_access: "Nothing much" } };
  expect(describeScope(standard, app, "read:docs")).toEqual({
    title: "Read your documents",
    description: "The app calls this permission read:docs.",
  });
  expect(describeScope(dropboxSign, app, "account_access").title).toBe("See and change your account");
  expect(describeScope(standard, app, "write:docs").title).toBe("write:docs");
});

it("the text of a scope is one plain line", () => {
  const fault = (text: string) => faultInScopeTexts(["a"], { a: text });
  expect(fault("Read your documents")).toBeUndefined();
  for (const wrong of ["", "  ", "two\nlines", "\u202ehidden", "x".repeat(101)])
    expect(fault(wrong)).toContain("one line");
  expect(faultInScopeTexts(["a"], { b: "x" })).toContain("does not have the scope b");
});

it("a name that every object has is no known scope", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(describeScope(dropboxSign, { scopeTexts: {} }, name)).toEqual({
      title: name,
      description: "A permission this app defines.",
    });
    expect(faultInAppScopes(dropboxSign, [name])).toBeUndefined();
    expect(faultInAppScopes(dropboxSign, [name, "basic_account_info"])).toBeUndefined();
  }
});
