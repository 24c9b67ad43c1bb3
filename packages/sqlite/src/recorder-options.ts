import type { DatabaseRetention } from './retention.ts';

/** Options of {@link startRecorder}. */
export interface StartRecorderOptions extends DatabaseRetention {
  /** The database; made where it is missing. */
  readonly db: string;
  /** Names of buffers; default: all. */
  readonly buffers?: readonly string[];
  /** Whether to record all processes of this user, or only this one. Default `'own'`. */
  readonly processes?: 'own' | 'all';
  /**
   * Modules that make record kinds known, such as `@tracebuf/pino-transport/decoder`; found as this program finds them.
   * Records of other kinds are stored by their length.
   */
  readonly decoders?: readonly string[];
}

/** What the program's thread says to the recorder's. */
export interface WorkerData extends Omit<StartRecorderOptions, 'decoders'> {
  /** As URLs. */
  readonly decoderUrls: readonly string[];
}

/** What the recorder's thread says. */
export type WorkerMessage =
  | { readonly type: 'started' }
  | { readonly type: 'stopped'; readonly stored: number; readonly lost: number; readonly removed: number }
  | { readonly type: 'failed'; readonly fault: string };
