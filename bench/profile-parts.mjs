/** From a profile of the processor to the parts of a request: which source file does what. Pure. */

/** In the order of a request. */
export const parts = [
  "sockets",
  "parsing",
  "routing",
  "limits",
  "MAC",
  "rules",
  "storage, read",
  "storage, commit",
  "answer",
  "log",
  "garbage collection",
  "the rest",
];

/**
 * What a stack is about is said by the innermost of its frames that a line of this list knows: a digest is of Node, and
 * its caller says that it was for a MAC. Files of ours begin below `dist/`.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const known = [
  [/^dist\/crypto\/(mac|key-ring|sealed|compare)\.js$/, "MAC"],
  [/^dist\/oauth\/tokens\/opaque\.js$/, "MAC"],
  [/^dist\/storage\/sqlite\/engine\/group-commit\.js$/, "storage, commit"],
  [/^dist\/storage\/postgres\/engine\/batch\.js$/, "storage, commit"],
  [/^dist\/storage\//, "storage, read"],
  [/^dist\/(limits\/|http\/(rate-limits|client-address)\.js)/, "limits"],
  [/^dist\/(log|log-output|http\/request-log)\.js$/, "log"],
  [/^node_modules\/(pino|fast-safe-stringify|safe-stable-stringify|quick-format-unescaped)/, "log"],
  [/^dist\/(http\/(body|target|cookies)|oauth\/parameters)\.js$/, "parsing"],
  [/^dist\/(http\/json|oauth\/token\/response|accounts\/account-resource|http\/problem)\.js$/, "answer"],
  [/^dist\/(oauth|accounts|apps)\//, "rules"],
  [/^dist\/http\/(routes\/|api-access|dpop|endpoint|context)/, "rules"],
  [/^dist\/http\//, "routing"],
  [/^node_modules\/fastify\/lib\/(reply|error-handler|error-serializer)/, "answer"],
  [/^node_modules\/fastify\/lib\/(content-type-parser|handle-request)/, "parsing"],
  [/^node_modules\/(fastify|find-my-way|avvio|light-my-request|toad-cache|secure-json-parse)/, "routing"],
  [/^node:_http_(incoming|common)$/, "parsing"],
  [/^node:_http_(outgoing)$/, "answer"],
  [/^node:(_http_server|async_hooks|internal\/async_hooks|events|diagnostics_channel)$/, "routing"],
  [/^node:(net|internal\/(stream_base_commons|streams\/.*|net))$/, "sockets"],
];

/**
 * Returns the part that a file belongs to by itself, or undefined where its caller says it.
 * @param {string} url of a frame
 */
export function partOfFile(url) {
  const name = /(?:^|\/)((?:dist|node_modules)\/(?!.*\/(?:dist|node_modules)\/).*)$/.exec(url)?.[1] ?? url;
  return known.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * Returns the microseconds of a profile that each part took; time in which the process waited is none.
 * @param {{ nodes: { id: number, callFrame: { functionName: string, url: string }, children?: number[] }[], samples: number[], timeDeltas: number[] }} profile as the inspector gives it
 * @returns {Map<string, number>}
 */
export function timeOfParts({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const partById = new Map();
  const walk = (node, callers) => {
    const named = partOfFrame(node.callFrame) ?? callers;
    // What an act reads for itself within its commit is a cost of the commit.
    const own = named === "storage, read" && callers === "storage, commit" ? callers : named;
    partById.set(node.id, own);
    for (const child of node.children ?? []) walk(byId.get(child), own);
  };
  walk(nodes[0], "the rest");
  const times = new Map(parts.map((part) => [part, 0]));
  for (const [index, id] of samples.entries()) {
    const part = partById.get(id);
    if (times.has(part)) times.set(part, times.get(part) + Math.max(0, timeDeltas[index + 1] ?? 0));
  }
  return times;
}

function partOfFrame({ functionName, url }) {
  if (url !== "") return partOfFile(url);
  if (functionName === "(garbage collector)") return "garbage collection";
  return functionName === "(idle)" ? "idle" : undefined;
}
