/** What is not HTTP, or too large or slow to be read, gets a JSON answer and a closed connection. */

interface ClosableSocket {
  readonly writable: boolean;
  destroy(): void;
  end(text: string): void;
}

export function refuseConnection(error: NodeJS.ErrnoException, socket: ClosableSocket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, text] = faults[error.code ?? ""] ?? [
    "400 Bad Request",
    "The request is not well-formed HTTP",
  ];
  const body = JSON.stringify({ error: { error_msg: text, error_name: "bad_request" } });
  const length = Buffer.byteLength(body);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

const faults: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The request's headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request took too long to arrive"],
};
