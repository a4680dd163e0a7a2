/** What the emulator knows of an operation of the Dropbox Sign API, before any state is looked at. */

/** One parameter or body field, as the vendor's OpenAPI description has it. */
export interface Field {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object" | "file";
  readonly required?: boolean;
  readonly values?: readonly (string | number | null)[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Operation {
  /** The `operationId` of the description. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  /** Below the host, with `:name` for each path parameter. */
  readonly path: string;
  readonly credentials: "none" | "API key" | "token or API key";
  /** Any one of these is enough for an access token. */
  readonly scopes: readonly string[];
  readonly contentTypes: readonly string[];
  readonly query: Readonly<Record<string, Field>>;
  readonly body: Readonly<Record<string, Field>>;
  /** Status of the successful answer. */
  readonly success: number;
  /** Every status the description mentions for this operation. */
  readonly statuses: readonly number[];
}
