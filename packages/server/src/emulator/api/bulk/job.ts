/** A bulk send as the emulator holds it: many requests made from the same templates at once. */

export interface BulkJob {
  /** 40 hex digits. */
  readonly id: string;
  readonly creatorId: string;
  /** Emulated milliseconds. */
  readonly createdAt: number;
  /** In the order of the rows. */
  readonly requestIds: readonly string[];
}

/** @param accountId who asks. */
export function bulkJobView(job: BulkJob, accountId: string) {
  return {
    bulk_send_job_id: job.id,
    total: job.requestIds.length,
    is_creator: job.creatorId === accountId,
    created_at: Math.floor(job.createdAt / 1000),
  };
}
