/** Owns the page of the control API: its OpenAPI description as Markdown. */
import { parse } from "yaml";

/**
 * @param {string} text the description, as YAML.
 * @returns {string}
 */
export function controlApiText(text) {
  const file = parse(text);
  const resolved = (value) =>
    value?.$ref === undefined
      ? (value ?? {})
      : value.$ref
          .slice(2)
          .split("/")
          .reduce((at, step) => at[step], file);
  const lines = [`# ${file.info.title}`, "", file.info.description, ""];
  for (const [path, methods] of Object.entries(file.paths))
    for (const [method, operation] of Object.entries(methods))
      lines.push(...operationLines(`${method.toUpperCase()} /_emulator${path}`, operation, resolved));
  lines.push("## Shapes", "");
  for (const [name, schema] of Object.entries(file.components.schemas))
    lines.push(
      `### ${name}`,
      "",
      ...(schema.description ? [schema.description, ""] : []),
      ...table(schema, resolved),
    );
  return lines.join("\n");
}

function operationLines(title, operation, resolved) {
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
  const sent = resolved(operation.requestBody).content?.["application/json"];
  const answer = resolved(operation.responses["200"]);
  const schema = answer.content?.["application/json"].schema;
  const asTable = {
    properties: Object.fromEntries(query.map((one) => [one.name, { ...one.schema, ...one }])),
  };
  return [
    `## ${title}`,
    "",
    operation.summary,
    "",
    ...(query.length === 0 ? [] : ["Query:", "", ...table(asTable, resolved)]),
    ...(sent === undefined ? [] : ["Body:", "", ...table(resolved(sent.schema), resolved)]),
    ...(sent?.example === undefined ? [] : ["```json", JSON.stringify(sent.example), "```", ""]),
    `Answer: ${answer.description} ${shapeOf(schema)}`,
    "",
    ...(schema?.properties ? table(schema, resolved) : []),
  ];
}

function table({ properties = {} }, resolved) {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const notes = [schema.description, schema.default === undefined ? "" : `Default: \`${schema.default}\`.`];
    return `| \`${name}\` | ${typeOf(schema, resolved)} | ${notes.filter(Boolean).join(" ")} |`;
  });
  return rows.length === 0 ? [] : ["| key | value | |", "| --- | --- | --- |", ...rows, ""];
}

function typeOf(schema, resolved) {
  if (schema.$ref) return shapeOf(schema);
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(", ");
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.type === "array") return `list of ${schema.items ? typeOf(schema.items, resolved) : "anything"}`;
  return [schema.type ?? "anything"].flat().join(" or ");
}

function shapeOf(schema) {
  const name = schema?.$ref?.split("/").at(-1);
  return name === undefined ? "" : `[${name}](#${name.toLowerCase()})`;
}
