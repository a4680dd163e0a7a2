/** What the load reads of an answer. */

export function isWhole(answer) {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const at = answer.search(/\r\ncontent-length: /i);
  if (at < 0 || at > end) throw new Error(`an answer without Content-Length: ${answer.slice(0, 400)}`);
  return answer.length >= end + 4 + Number.parseInt(answer.slice(at + 18, at + 30), 10);
}

export function refreshTokenIn(answer) {
  return /"refresh_token":"([^"]+)"/.exec(answer)?.[1];
}
