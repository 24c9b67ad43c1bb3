/**
 * What the service answers. Each number counts one kind of record that the service had logged before it answered, so
 * that whoever got the answer knows which records there must be.
 */
export interface Answer {
  /** Number of the request, logged through pino. */
  readonly request: number;
  /** Number of the entry in the audit log, logged through winston. */
  readonly audit: number;
  /** Number of the error, logged through pino at level `error`; only some requests have one. */
  readonly failure?: number;
}

/** Names of the service's trace buffers. */
export const HTTP_BUFFER = 'http';
/** See {@link HTTP_BUFFER}. */
export const AUDIT_BUFFER = 'audit';

/** Bytes of each: small enough to be overwritten while the demo runs, where the machine is not slow. */
export const BUFFER_SIZE: number = 512 * 1024;
