// The store over the SQLite that a runtime brings: <runtime> sqlite.mjs <address of the store> <name of the module>
const [storeUrl, moduleName] = process.argv.slice(2);
const { SqliteTokenStore } = await import(storeUrl);
const sqlite = await import(moduleName);
const Database = sqlite.DatabaseSync ?? sqlite.Database;
const store = new SqliteTokenStore(new Database(":memory:"));
const results = [
  (await store.read("u")).version === 0,
  (await store.write("u", 0, "a")) === true,
  (await store.write("u", 0, "b")) === false,
  (await store.write("u", 1, "c")) === true,
  (await store.write("u", 1, "d")) === false,
  (await store.read("u")).value === "c",
  (await store.write("u", 2, undefined)) === true,
  (await store.read("u")).version === 3,
];
console.log(results.every(Boolean) ? "store holds" : results);
