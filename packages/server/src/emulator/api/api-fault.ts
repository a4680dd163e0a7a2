/** A refusal of an API resource, told in the API's own error object. */

/** The `error_name` values of the official description; some SDK builds hold them as a closed list. */
export type ErrorName =
  | "bad_request"
  | "unauthorized"
  | "payment_required"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "deleted"
  | "unprocessable_entity"
  | "exceeded_rate"
  | "invalid_recipient"
  | "invalid_reminder"
  | "signature_request_cancel_failed"
  | "signature_request_remove_failed"
  | "signature_request_expired"
  | "team_invite_failed";

/** The usual HTTP status of each name. */
const statusOfName: Readonly<Record<ErrorName, number>> = {
  bad_request: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  deleted: 410,
  unprocessable_entity: 422,
  exceeded_rate: 429,
  invalid_recipient: 400,
  invalid_reminder: 400,
  signature_request_cancel_failed: 400,
  signature_request_remove_failed: 400,
  signature_request_expired: 400,
  team_invite_failed: 403,
};

export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly errorName: ErrorName;
  /** The parameter at fault, such as `signers[0].email_address`. */
  readonly path: string | undefined;
  readonly status: number;

  /** @param status where the description gives this name another status for one operation. */
  constructor(errorName: ErrorName, message: string, path?: string, status = statusOfName[errorName]) {
    super(message);
    this.errorName = errorName;
    this.path = path;
    this.status = status;
  }
}

/** What a caller who may not see a thing is told of it; the same as for one that never was. */
export const notFound = (): ApiFault => new ApiFault("not_found", "Not found");
