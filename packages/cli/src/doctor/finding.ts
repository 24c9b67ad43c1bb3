/**
 * What the doctor says of one thing.
 *
 * - `ok`: it works.
 * - `note`: it is as it is; nothing depends on it.
 * - `warn`: things work, but worse than they could.
 * - `fail`: trace buffers do not work.
 */
export type Verdict = 'ok' | 'note' | 'warn' | 'fail';

/** One thing that was looked at. */
export interface Finding {
  /** Stable name, such as `directory.owner`. */
  readonly name: string;
  readonly verdict: Verdict;
  /** What was found, with values; and what to do where something is wrong. */
  readonly detail: string;
}

/** Describes one thing. */
export function finding(name: string, verdict: Verdict, detail: string): Finding {
  return { name, verdict, detail };
}

/** Message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
