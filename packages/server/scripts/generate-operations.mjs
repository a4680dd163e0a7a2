/**
 * Writes src/emulator/api/operations.ts from the vendor's public OpenAPI description:
 *
 *     node packages/server/scripts/generate-operations.mjs path/to/openapi.yaml
 *
 * Only facts are taken over: verb, path, credentials, content types, parameters, names of required fields and limits.
 * The table is what the emulator needs at run time; it then reads no YAML and brings no validator.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const source = process.argv[2];
if (source === undefined) {
  console.error("Usage: node generate-operations.mjs path/to/openapi.yaml");
  process.exit(2);
}
const description = parse(readFileSync(source, "utf8"));
const target = join(dirname(fileURLToPath(import.meta.url)), "../src/emulator/api/operations.ts");

const resolve = (node) => {
  const reference = node?.$ref;
  if (reference === undefined) return node;
  return resolve(
    reference
      .slice(2)
      .split("/")
      .reduce((at, key) => at[key], description),
  );
};

function properties(schema) {
  const { allOf, properties: own, required } = resolve(schema);
  const parts = (allOf ?? []).map(properties);
  return {
    fields: Object.assign({}, ...parts.map(({ fields }) => fields), own),
    required: [...parts.flatMap((part) => part.required), ...(required ?? [])],
  };
}

function fieldOf([name, schema], required) {
  const { type, maxLength, minLength, maxItems, maximum, minimum, enum: values, format } = resolve(schema);
  const facts = { type, maxLength, minLength, maxItems, maximum, minimum };
  const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return [
    name,
    {
      ...known,
      ...(format === "binary" && { type: "file" }),
      ...(values && { values }),
      ...(required && { required }),
    },
  ];
}

function fieldsOf(schema) {
  if (schema === undefined) return {};
  const { fields, required } = properties(schema);
  return Object.fromEntries(
    Object.entries(fields).map((entry) => fieldOf(entry, required.includes(entry[0]))),
  );
}

function operationOf(path, method, operation) {
  const content = resolve(operation.requestBody)?.content ?? {};
  const parameters = (operation.parameters ?? []).map(resolve);
  const oauth = operation.security?.find((one) => one.oauth2)?.oauth2;
  const succeeded = Object.keys(operation.responses).find((status) => status.startsWith("2"));
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path: `/v3${path.replace(/\{(\w+)\}/g, ":$1")}`,
    credentials: !operation.security?.some((one) => Object.keys(one).length > 0)
      ? "none"
      : oauth
        ? "token or API key"
        : "API key",
    scopes: oauth ?? [],
    contentTypes: Object.keys(content),
    query: Object.fromEntries(
      parameters
        .filter((one) => one.in === "query")
        .map((one) => fieldOf([one.name, one.schema], one.required === true)),
    ),
    body: fieldsOf(Object.values(content)[0]?.schema),
    success: Number(succeeded),
    statuses: documentedStatuses(operation),
  };
}

/** The description says 4XX and lists the cases as examples, such as `409_example`. */
function documentedStatuses(operation) {
  const cases = Object.entries(operation.responses).flatMap(([status, response]) => {
    const examples = Object.keys(resolve(response)?.content?.["application/json"]?.examples ?? {});
    const named = examples.flatMap((name) => /(\d{3})/.exec(name)?.[1] ?? []);
    return /^\d+$/.test(status) ? [status, ...named] : named;
  });
  return [...new Set(cases.map(Number))].sort((one, other) => one - other);
}

const operations = Object.entries(description.paths).flatMap(([path, item]) =>
  ["get", "post", "put", "delete", "patch"]
    .filter((method) => item[method])
    .map((method) => operationOf(path, method, item[method])),
);

const text = `/**
 * Every operation of the Dropbox Sign API v3: verb, path, credentials, fields and limits. Written by
 * scripts/generate-operations.mjs from the vendor's OpenAPI description (Apache-2.0); not edited by hand.
 */

import type { Operation } from "./operation.js";

export const operations: readonly Operation[] = ${JSON.stringify(operations, undefined, 2)};
`;
writeFileSync(target, text);
execFileSync("npx", ["biome", "format", "--write", target], { stdio: "inherit" });
console.log(`${operations.length} operations`);

/** The shape of each successful answer, for the tests: types, required names and enums; no text of the description. */
const answers = join(dirname(fileURLToPath(import.meta.url)), "../test/api/response-schemas.json");
const definitions = {};

function shapeOf(schema) {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").pop();
    if (definitions[name] === undefined) {
      definitions[name] = {};
      definitions[name] = shapeOf(resolve(schema));
    }
    return { $ref: `#/$defs/${name}` };
  }
  const { type, properties, required, items, enum: values, nullable, allOf, oneOf, anyOf } = schema;
  const shape = {
    ...(type && { type: nullable ? [type, "null"] : type }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, shapeOf(value)])),
    }),
    ...(required && { required }),
    ...(items && { items: shapeOf(items) }),
    ...(values && { enum: nullable ? [...values, null] : values }),
    ...(allOf && { allOf: allOf.map(shapeOf) }),
    ...(oneOf && { anyOf: oneOf.map(shapeOf) }),
    ...(anyOf && { anyOf: anyOf.map(shapeOf) }),
  };
  return nullable && !type ? { anyOf: [shape, { type: "null" }] } : shape;
}

const responses = Object.fromEntries(
  Object.values(description.paths)
    .flatMap((item) => Object.values(item).filter((one) => one?.operationId))
    .flatMap((operation) => {
      const status = Object.keys(operation.responses).find((one) => one.startsWith("2"));
      const schema = resolve(operation.responses[status])?.content?.["application/json"]?.schema;
      return schema === undefined ? [] : [[operation.operationId, shapeOf(schema)]];
    }),
);
writeFileSync(answers, `${JSON.stringify({ responses, $defs: definitions }, undefined, 1)}\n`);
