/** `npm run bench -- --postgres`: one node and two, the peers and the smallest SQL, each on a database of one server. */
import { startPostgres } from "./postgres.mjs";
import { postgresReport } from "./report.mjs";
import { measure } from "./rounds.mjs";
import { countersign, serve } from "./subjects/countersign.mjs";
import { peer, smallest } from "./subjects/others.mjs";

export async function onPostgres({ folder, load, how, wanted }) {
  const postgres = await startPostgres(folder);
  try {
    const place = { folder, core: 0 };
    const one = await countersign({ ...place, database: await postgres.createDatabase() });
    // The second node takes its part of the load's core: on two cores it shows that nodes share, not how they add up.
    const second = await serve({ folder, database: one.database, core: 1, name: "second node" });
    const two = { ...one, name: "countersign, two nodes", workers: [one, second] };
    const subjects = [
      one,
      two,
      await smallest(place, one, wanted, await postgres.createDatabase()),
      await peer(place, "oidc-provider", await postgres.createDatabase()),
      await peer(place, "@node-oauth/oauth2-server", await postgres.createDatabase()),
    ];
    const results = new Map();
    for (const operation of wanted) {
      console.error(`${operation} …`);
      results.set(operation, await measure({ load, subjects: subjects.map(sleeping), operation }, how));
    }
    await second.stop();
    for (const subject of subjects) if (subject !== two) await subject.stop();
    return postgresReport(results, how);
  } finally {
    await postgres.stop();
  }
}

/** PostgreSQL works on the load's core as well: the load waits there instead of spinning. */
function sleeping(subject) {
  return {
    ...subject,
    prepare: async (...what) => ({ ...(await subject.prepare(...what)), sleeps: true }),
  };
}
