import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  isMissing,
  readSmallFile,
  replaceSmallFile,
  type SecureDirectory,
  writerName,
} from '@tracebuf/ring/files';
import type { ZodMiniType } from 'zod/mini';
import { checked } from '../configuration-schema.ts';

/** How far the delivery to a target has come. */
export interface DeliveryState {
  readonly version: 1;
  /** Name of the target. */
  readonly target: string;
  /** `LogTarget.enabledSince` of the target that the positions belong to; -1: of none yet. */
  readonly since: number;
  /** Incidents that were given to the target. */
  readonly delivered: number;
  /** Messages that were sent again, because the connection broke before they had arrived for certain. */
  readonly resent: number;
  /** Incidents that were overwritten before they could be read; also those that the target would not have taken. */
  readonly lost: number;
  /** Of the lost ones, those that the target was told of. */
  readonly announced: number;
  /** Incidents that were summed up as repeats. */
  readonly repeated: number;
  /** Incidents that can't be given to the target: too long for the transport, or of components that are not known. */
  readonly failed: number;
  /** Number of the last message, for RFC 5424. */
  readonly sequenceId: number;
  readonly connection: 'connected' | 'connecting' | 'idle';
  readonly lastError?: string;
  /** In milliseconds since 1970. */
  readonly lastErrorAt?: number;
  /** In milliseconds since 1970. */
  readonly lastDeliveredAt?: number;
  /** Number of the last record of each ring that need not be read again; see `ringKey`. */
  readonly rings: Readonly<Record<string, number>>;
  /** The same for rings that were read further: what follows are repeats that are not summed up yet. */
  readonly ahead: Readonly<Record<string, number>>;
}

const MAX_BYTES = 64 * 1024 * 1024;

/** The state of a delivery that has not begun. */
export function newDeliveryState(target: string): DeliveryState {
  return {
    version: 1,
    target,
    since: -1,
    delivered: 0,
    resent: 0,
    lost: 0,
    announced: 0,
    repeated: 0,
    failed: 0,
    sequenceId: 0,
    connection: 'idle',
    rings: {},
    ahead: {},
  };
}

/** Name of the file of a target's state: names of targets hold what names of files can't. */
export function stateFileName(target: string): string {
  return `syslog.${createHash('sha256').update(target.toLowerCase()).digest('hex').slice(0, 16)}.json`;
}

/**
 * Reads the state of a delivery.
 *
 * @returns `undefined` where there is none.
 * @throws LogConfigurationError where it is damaged; StorageError, InsecureDirectoryError.
 */
export function readDeliveryState(directory: SecureDirectory, file: string): DeliveryState | undefined {
  let text: string;
  try {
    text = readSmallFile(directory, file, MAX_BYTES);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return checked(parsed(text), schema(), `state of a delivery in "${directory.path}/${file}"`);
}

/** Saves the state of a delivery in one step. @throws StorageError, InsecureDirectoryError */
export function saveDeliveryState(directory: SecureDirectory, file: string, state: DeliveryState): void {
  replaceSmallFile(directory, file, `${JSON.stringify(state)}\n`, writerName());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

let built: ZodMiniType<DeliveryState> | undefined;

/** Built when first needed: zod takes long to load. */
function schema(): ZodMiniType<DeliveryState> {
  built ??= buildSchema();
  return built;
}

function buildSchema(): ZodMiniType<DeliveryState> {
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const count = () => z.number().check(z.gte(0));
  const positions = () => z.record(z.string().check(z.maxLength(600)), count());
  const text = () => z.string().check(z.maxLength(2000));
  return z.object({
    version: z.literal(1),
    target: text(),
    since: z.number(),
    delivered: count(),
    resent: count(),
    lost: count(),
    announced: count(),
    repeated: count(),
    failed: count(),
    sequenceId: count(),
    connection: z.enum(['connected', 'connecting', 'idle']),
    lastError: z.optional(text()),
    lastErrorAt: z.optional(z.number()),
    lastDeliveredAt: z.optional(z.number()),
    rings: positions(),
    ahead: positions(),
    // What zod infers says `| undefined` of what is optional; a parsed object has no such keys.
  }) as unknown as ZodMiniType<DeliveryState>;
}
