/** What the request log keeps of one request. No secret, code or token is in it. */

export interface RequestRecord {
  /** Counts up from 1: the order in which requests arrived. */
  readonly number: number;
  readonly id: string;
  /** Emulated time of arrival, in milliseconds since the epoch. */
  readonly time: number;
  /** `in` reached the emulator; `out` is an event that it posted. */
  readonly direction: "in" | "out";
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** The story this request is part of: one authorization with all that followed from it. */
  readonly flow: string | undefined;
  readonly clientId: string | undefined;
  /** The e-mail address of the account it was about. */
  readonly account: string | undefined;
  /** Known parameters, secrets shortened. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Undefined where no answer was sent. */
  readonly status: number | undefined;
  /** What the caller was told, where that was an error. */
  readonly error: string | undefined;
  /** The stable name of the rule that refused. */
  readonly reason: string | undefined;
  /** Why, in words for the developer. */
  readonly detail: string | undefined;
  /** What to do about it. */
  readonly advice: string | undefined;
  /** The number of the request that ended the token, where this one was refused for it. */
  readonly cause?: number | undefined;
  /** What an injected fault did. */
  readonly fault: string | undefined;
  /** Real time until the answer left, in milliseconds. */
  readonly milliseconds: number;
}

export interface RequestFilter {
  readonly operation?: string | undefined;
  readonly clientId?: string | undefined;
  readonly account?: string | undefined;
  readonly flow?: string | undefined;
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly direction?: "in" | "out" | undefined;
  /** Only requests with a higher number. */
  readonly after?: number | undefined;
}

/** Whether a record has every value that the filter names. */
export function matchesFilter(record: RequestRecord, { after, ...filter }: RequestFilter): boolean {
  if (after !== undefined && record.number <= after) return false;
  return Object.entries(filter).every(
    ([key, value]) => value === undefined || record[key as keyof typeof filter] === value,
  );
}
