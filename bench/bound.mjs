/** `npm run bench -- --dpop`: what the proof of a key adds to a check of an access token (RFC 9449), by its algorithm. */
import { randomUUID } from "node:crypto";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import { table } from "./report.mjs";
import { measure } from "./rounds.mjs";
import { countersign, part } from "./subjects/countersign.mjs";

const algorithms = ["ES256", "EdDSA", "PS256"];
/** So many keys prove in turn, each an app's: what a server keeps of a key is used again, as it is with real apps. */
const keys = 20;
const proofs = 2000;
const operation = "bearer check";

/** Bearer tokens and bound ones at one server of the profile `standard`, in turn. */
export async function bound({ folder, load, how }) {
  const server = await countersign({ folder, core: 0, env: { COUNTERSIGN_PROFILE: "standard" } });
  const subjects = [{ ...server, name: "Bearer" }];
  for (const algorithm of algorithms)
    subjects.push({ ...server, name: `DPoP, ${algorithm}`, prepare: () => prepareBound(server, algorithm) });
  const results = await measure({ load, subjects, operation }, how);
  await server.stop();
  return boundReport(results, how);
}

/** The same load as for Bearer tokens; a value is a token, and the header with the proof for it. */
async function prepareBound(server, algorithm) {
  const load = await server.prepare(operation, 1);
  const url = `http://127.0.0.1:${server.port}${load.path}`;
  const made = await Promise.all(Array.from({ length: keys }, () => boundKey(server, algorithm)));
  const values = Array.from({ length: proofs }, async (_, index) => {
    const { token, ...key } = made[index % keys];
    return `${token}\r\ndpop: ${await proofOf(key, url, algorithm, token, server)}`;
  });
  return { ...load, headers: { authorization: "DPoP {value}" }, values: await Promise.all(values) };
}

async function boundKey(server, algorithm) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, token: await server.boundToken(await calculateJwkThumbprint(jwk)) };
}

async function proofOf({ privateKey, jwk }, htu, alg, token, { parts }) {
  const { hashed } = await part("crypto/compare.js", parts.root);
  return new SignJWT({ htm: "GET", htu, jti: randomUUID(), ath: hashed(token) })
    .setProtectedHeader({ typ: "dpop+jwt", alg, jwk })
    .setIssuedAt()
    .sign(privateKey);
}

function boundReport(results, { rounds, milliseconds }) {
  const bearer = results.get("Bearer");
  const rows = [...results].map(([name, { rate, cpu, failed, firstFailure }]) => {
    if (failed > 0) throw new Error(`${name}: ${firstFailure}`);
    return [
      name,
      Math.round(rate),
      Math.round(cpu),
      Math.round(cpu - bearer.cpu),
      (cpu / bearer.cpu).toFixed(1),
    ];
  });
  return [
    `Medians of ${rounds} interleaved runs of ${milliseconds / 1000} s at one server; ${proofs} proofs by ${keys} keys in turn. A proof is verified for each request; verifying is done by threads beside the event loop, whose processor time counts.`,
    table(["bearer check", "requests/s", "processor µs/request", "more than Bearer", "times Bearer"], rows),
  ].join("\n\n");
}
