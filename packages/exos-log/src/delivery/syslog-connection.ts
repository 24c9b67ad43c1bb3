import type { SyslogServer } from '../log-target.ts';

/**
 * A way to a syslog server, while it lasts. What it says of a message is how far it got here, not that the server has it:
 * syslog has no acknowledgement.
 */
export interface SyslogConnection {
  /**
   * Gives a message to it.
   *
   * @returns `undefined` where there is room for another one, else what resolves when there is.
   * @throws MessageRefusedError where this message can't be sent; what rejects or throws otherwise ends the connection.
   */
  send(message: Buffer): Promise<void> | undefined;
  /** Resolves when the system has all messages. Rejects where the connection ends before. */
  flush(): Promise<void>;
  /** Why it has ended; `undefined`: it has not. */
  readonly failure: Error | undefined;
  /** Ends it in order. Never rejects, and takes no longer than a second. */
  close(): Promise<void>;
}

/** Opens a connection. @throws The system's error; MessageRefusedError is none of them. */
export type Connect = (server: SyslogServer, signal: AbortSignal) => Promise<SyslogConnection>;

/** A message that this connection can never take, as it is too long for it. */
export class MessageRefusedError extends Error {}

/** A connection that takes nothing for so long, in milliseconds, is given up. */
export const STALL_MS = 60_000;

/** Connecting may take so long, in milliseconds. */
export const CONNECT_MS = 10_000;

/** Ending in order may take so long, in milliseconds. */
export const CLOSE_MS = 1000;
