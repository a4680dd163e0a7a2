/** `npm run bench -- --wal`: what an operation writes to PostgreSQL's log, what a node holds in memory, and both as data grows. */
import pg from "pg";
import { startPostgres } from "./postgres.mjs";
import { memory } from "./processes.mjs";
import { table } from "./report.mjs";
import { runOnce } from "./rounds.mjs";
import { countersign, scopes, sealFor } from "./subjects/countersign.mjs";

const apps = 50;
const sampled = 5000;
const whole = (number) => Math.round(number).toLocaleString("en-US");

/** @param {{ folder: string, load: object, how: object, wanted: readonly string[], grants: number }} what */
export async function writeAheadLog({ folder, load, how, wanted, grants }) {
  const postgres = await startPostgres(folder);
  const client = new pg.Client(await postgres.createDatabase());
  try {
    await client.connect();
    const { host, port, database, user, password } = client;
    const url = `postgres://${user}:${password}@${host}:${port}/${database}`;
    const node = await countersign({ folder, core: 0, database: url });
    const idle = memory(node.child.pid);
    const written = [];
    for (const operation of wanted) {
      console.error(`${operation} …`);
      written.push([operation, ...(await bytesOf(operation, { client, node, load, how }))]);
    }
    const check = async (values) =>
      checked(
        await runOnce(
          load,
          node,
          { ...(await node.prepare("bearer check", 1000)), ...values, sleeps: true },
          how,
        ),
      );
    const few = await check({});
    const loaded = memory(node.child.pid);
    console.error(`making ${whole(grants)} grants …`);
    const grown = await fill(client, grants);
    const tokens = { values: await tokensOfAll(client, node.parts) };
    // Warms up; then as many requests as before.
    await check(tokens);
    const many = await check(tokens);
    const after = memory(node.child.pid);
    await node.stop();
    return report({ written, grants, grown, rates: [few, many], memories: [idle, loaded, after] });
  } finally {
    await client.end();
    await postgres.stop();
  }
}

/** Returns the bytes of log for one request: just after a checkpoint, when each page is written whole once, and later. */
async function bytesOf(operation, { client, node, load, how }) {
  const bytes = [];
  let last;
  for (const counted of [false, true, true]) {
    const prepared = { ...(await node.prepare(operation, how.values(operation, last))), sleeps: true };
    if (bytes.length === 0) await client.query("CHECKPOINT");
    const before = await place(client);
    last = checked(await runOnce(load, node, prepared, how));
    if (counted) bytes.push(whole(((await place(client)) - before) / last.done));
  }
  return bytes;
}

function checked(run) {
  if (run.failed > 0) throw new Error(`${run.failed} failed; the first: ${run.firstFailure}`);
  return run;
}

/** Returns how many bytes of log there have been. */
async function place(client) {
  const { rows } = await client.query("SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes");
  return Number(rows[0].bytes);
}

/** Grants of many accounts to many apps, each with a family, far from each other in the indexes as they would be. */
async function fill(client, grants) {
  const accounts = Math.ceil(grants / apps);
  const now = Date.now();
  const started = performance.now();
  const { rows } = await client.query("SELECT MAX(pk) pk, MIN(owner_pk) owner FROM apps");
  const [{ pk: lastApp, owner }] = rows;
  const { rows: of } = await client.query("SELECT MAX(pk) pk FROM accounts");
  const columns =
    "owner_pk, created_at, is_public, approved, require_client_credentials_on_refresh, name, callback_urls, scopes, secrets, refresh_tokens, access_tokens, resources";
  await client.query("SET synchronous_commit = off");
  await client.query(
    `INSERT INTO apps(client_id, ${columns}) SELECT md5(i::text), ${columns} FROM apps, generate_series(1, ${apps}) i WHERE owner_pk = $1 AND pk = (SELECT MIN(pk) FROM apps)`,
    [owner],
  );
  await client.query(
    `INSERT INTO accounts(created_at, confirmed_at, locked, id, email, email_key, locale)
     SELECT ${now}, ${now}, false, md5(i::text), 'person' || i || '@example.com', 'person' || i || '@example.com', 'en-US' FROM generate_series(1, ${accounts}) i`,
  );
  await client.query(
    `INSERT INTO grants(account_pk, app_pk, created_at, scopes)
     SELECT ${of[0].pk} + 1 + (i * 7919 % ${grants}) % ${accounts}, ${lastApp} + 1 + (i * 7919 % ${grants}) / ${accounts}, ${now - grants} + i, $1
     FROM generate_series(0, ${grants - 1}::bigint) i`,
    [scopes.join(" ")],
  );
  await client.query(
    `INSERT INTO families(id, grant_pk, created_at, used_at, access_valid_from, generation, epoch)
     SELECT (lpad(to_hex(created_at), 12, '0') || substr(md5(pk::text), 1, 20))::uuid, pk, created_at, created_at, 0, 0, 0
     FROM grants WHERE app_pk > $1`,
    [lastApp],
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  await client.query("VACUUM ANALYZE");
  const size = await client.query(
    "SELECT pg_total_relation_size('grants') + pg_total_relation_size('families') AS bytes",
  );
  return { seconds, bytes: Number(size.rows[0].bytes) };
}

/** Returns access tokens of families from all over the table. */
async function tokensOfAll(client, { ring, root }) {
  const { rows: range } = await client.query("SELECT MIN(pk)::float least, MAX(pk)::float most FROM grants");
  const [{ least, most }] = range;
  const pks = Array.from({ length: sampled }, () => Math.round(least + Math.random() * (most - least)));
  const { rows } = await client.query(
    "SELECT replace(id::text, '-', '') id FROM families WHERE grant_pk = ANY($1::bigint[]) AND revoked_at IS NULL",
    [pks],
  );
  return Promise.all(rows.map(({ id }) => sealFor("bearer check", ring, id, root)));
}

function report({ written, grants, grown, rates: [few, many], memories }) {
  const memoryRow = (when, { own, resident }) => [when, `${own} MiB`, `${resident} MiB`];
  return [
    "Bytes of write-ahead log for one request, of all that the server wrote meanwhile. After a checkpoint PostgreSQL writes each page whole when it changes first; how often that is, `checkpoint_timeout` says.",
    table(["operation", "bytes, just after a checkpoint", "bytes, later"], written),
    "A node's memory: its own, and with the pages of mapped files.",
    table(
      ["when", "own", "resident"],
      [
        memoryRow("idle", memories[0]),
        memoryRow("after the load above", memories[1]),
        memoryRow(`after checks among ${whole(grants)} grants more`, memories[2]),
      ],
    ),
    "The same node before and after those grants were put in by SQL; tokens are drawn from all of them. Not interleaved: the machine may have changed between the two.",
    table(
      [
        "grants",
        "bytes/grant, with its family",
        "made in",
        "bearer checks/s, before",
        "after",
        "processor µs, before",
        "after",
      ],
      [
        [
          whole(grants),
          whole(grown.bytes / grants),
          `${grown.seconds} s`,
          whole(few.rate),
          whole(many.rate),
          whole(few.cpu),
          whole(many.cpu),
        ],
      ],
    ),
  ].join("\n\n");
}
