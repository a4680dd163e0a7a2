/**
 * The limit: `node:http` that reads and parses the same body, runs the smallest SQL that does the same act with the same
 * durability, and answers bytes it was given. No client is authenticated, no token sealed, nothing limited or logged.
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";

const where = process.argv[2];
const schema = [
  "CREATE TABLE codes (hash TEXT PRIMARY KEY, used INTEGER NOT NULL)",
  "CREATE TABLE families (id TEXT PRIMARY KEY, generation INTEGER NOT NULL)",
];
const acts = where.startsWith("postgres:") ? await onPostgres(where) : onSqlite(where);

/** @type {Map<string, { headers: Record<string, string>, body: string }>} */
const answers = new Map();

function parts(token) {
  const dot = token.indexOf(".");
  return [token.slice(0, dot), Number(token.slice(dot + 1))];
}

async function onPostgres(connectionString) {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ connectionString, max: 10 });
  for (const text of schema) await pool.query(text);
  const ask = async (name, text, values) => (await pool.query({ name, text, values })).rows[0];
  const spend =
    "WITH spent AS (UPDATE codes SET used = 1 WHERE hash = $1 AND used = 0 RETURNING hash) INSERT INTO families(id, generation) SELECT hash, 0 FROM spent RETURNING id";
  const rotate =
    "UPDATE families SET generation = generation + 1 WHERE id = $1 AND generation = $2 RETURNING id, generation";
  const find = "SELECT id, generation FROM families WHERE id = $1";
  const many = (table) =>
    `INSERT INTO ${table === "codes" ? "codes(hash, used)" : "families(id, generation)"} SELECT unnest($1::text[]), 0`;
  return {
    spend: (code) => ask("spend", spend, [code]),
    rotate: (token) => ask("rotate", rotate, parts(token)),
    find: (token) => ask("find", find, [parts(token)[0]]),
    put: (table, keys) => pool.query(many(table), [keys]),
  };
}

function onSqlite(file) {
  const Database = createRequire(new URL("../../packages/server/package.json", import.meta.url))(
    "better-sqlite3",
  );
  const database = new Database(file);
  for (const pragma of ["journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 16000"])
    database.pragma(pragma);
  for (const text of schema) database.exec(text);
  const spend = database.prepare("UPDATE codes SET used = 1 WHERE hash = ? AND used = 0");
  const insert = database.prepare("INSERT INTO families(id, generation) VALUES (?, 0)");
  const rotate = database.prepare(
    "UPDATE families SET generation = generation + 1 WHERE id = ? AND generation = ? RETURNING id, generation",
  );
  const find = database.prepare("SELECT id, generation FROM families WHERE id = ?");
  const code = database.prepare("INSERT INTO codes(hash, used) VALUES (?, 0)");
  const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
  let pending = [];
  // Acts that arrive together share one commit, and none is answered before it is on disk.
  const write = (act) =>
    new Promise((resolve) => {
      if (pending.length === 0) setImmediate(flush);
      pending.push({ act, resolve });
    });
  function flush() {
    const group = pending;
    pending = [];
    begin.run();
    const results = group.map(({ act }) => act());
    commit.run();
    group.forEach(({ resolve }, index) => {
      resolve(results[index]);
    });
  }
  return {
    spend: (hash) =>
      write(() => (spend.run(hash).changes === 1 && insert.run(hash) ? { id: hash } : undefined)),
    rotate: (token) => write(() => rotate.get(...parts(token))),
    find: async (token) => find.get(parts(token)[0]),
    put: async (table, keys) => {
      begin.run();
      for (const key of keys) (table === "codes" ? code : insert).run(key);
      commit.run();
    },
  };
}

async function perform(path, parameters, authorization) {
  if (path === "/bearer-check") return acts.find(authorization.slice("Bearer ".length));
  if (path === "/code-exchange") return acts.spend(parameters.get("code"));
  const token = parameters.get("refresh_token");
  return path === "/refresh-rotating" ? acts.rotate(token) : acts.find(token);
}

async function answer(request, response, parameters) {
  const { headers, body } = answers.get(request.url);
  const row = await perform(request.url, parameters, request.headers.authorization);
  if (row === undefined) {
    response.writeHead(400);
    response.end();
    return;
  }
  if (request.url !== "/refresh-rotating") {
    response.writeHead(200, headers);
    response.end(body);
    return;
  }
  const next = body.replace(/("refresh_token":")[^"]+/, `$1${row.id}.${row.generation}`);
  response.writeHead(200, { ...headers, "content-length": Buffer.byteLength(next) });
  response.end(next);
}

const server = createServer((request, response) => {
  if (request.method === "GET") return void answer(request, response);
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => answer(request, response, new URLSearchParams(Buffer.concat(chunks).toString())));
});
server.keepAliveTimeout = 72_000;

let made = 0;
process.on("message", async ({ path, headers, body, put, count }) => {
  if (put === undefined) {
    answers.set(path, { headers, body });
    process.send({ result: true });
    return;
  }
  const keys = Array.from({ length: count }, () => `a-key-of-a-length-like-that-of-real-ones-${made++}`);
  await acts.put(put, keys);
  process.send({ result: put === "codes" ? keys : keys.map((key) => `${key}.0`) });
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ result: { port: server.address().port } }));
