import { unlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  isMissing,
  listNames,
  readSmallFile,
  replaceSmallFile,
  type SecureDirectory,
  writerName,
} from '@tracebuf/ring/files';
import type { ZodMiniType } from 'zod/mini';
import { checked, type Witness } from '../configuration-schema.ts';
import { inLogPart } from '../system-log/log-directory.ts';
import { hasEnded, ownWitness } from '../system-log/sessions.ts';
import { type DeliveryState, readDeliveryState, saveDeliveryState } from './delivery-state.ts';
import type { StateStore } from './target-delivery.ts';

const DELIVERER_FILE = 'deliverer.json';
const MAX_BYTES = 64 * 1024;
const MAX_FILES = 100_000;

/** Who delivers to the syslog servers, for all processes of a user. */
export interface Deliverer {
  /** Name of the process. */
  readonly name: string;
  readonly pid: number;
  /** A worker thread of a program, or `trace-cli forward`. */
  readonly by: 'worker' | 'forward';
}

/** Keeps the state of a delivery in a file of that name. */
export function stateStore(file: string): StateStore {
  return {
    load: () => {
      try {
        return inLogPart('delivery', false, (directory) => readDeliveryState(directory, file));
      } catch {
        // Damaged: delivery begins anew, and sends once more what is there.
        return undefined;
      }
    },
    save: (state) => inLogPart('delivery', true, (directory) => saveDeliveryState(directory, file, state)),
  };
}

/** Name of the file of what a process has shown on its console. */
export function consoleFileName(process: string): string {
  return `console.${process}.json`;
}

/** Name of the lock of the thread that shows a process's incidents on its console. */
export function processLockName(process: string): string {
  return `process.${process}.lock`;
}

/** States of all deliveries whose files begin with a word; those that can't be read are left out. */
export function deliveryStates(kind: 'syslog' | 'console'): DeliveryState[] {
  return (
    inLogPart('delivery', false, (directory) =>
      listNames(directory, MAX_FILES).flatMap((name) => {
        if (!name.startsWith(`${kind}.`) || !name.endsWith('.json')) return [];
        try {
          return readDeliveryState(directory, name) ?? [];
        } catch {
          return [];
        }
      }),
    ) ?? []
  );
}

/**
 * Removes what belongs to processes and targets that are gone.
 *
 * @param processes Names of the directories of the processes that are there.
 * @param stateFiles Names of the files of the targets that are there.
 */
export function sweepDeliveryFiles(processes: ReadonlySet<string>, stateFiles: ReadonlySet<string>): void {
  inLogPart('delivery', false, (directory) => {
    for (const name of listNames(directory, MAX_FILES)) {
      const process = /^(?:console|process)\.(\d+\.[0-9a-f]+)\.(?:json|lock)$/.exec(name)?.[1];
      const isOfTarget = name.startsWith('syslog.');
      const isGone = process === undefined ? isOfTarget && !stateFiles.has(name) : !processes.has(process);
      if (isGone) removeQuietly(directory, name);
    }
  });
}

/** Notes that this process delivers. */
export function saveDeliverer(by: Deliverer['by']): void {
  inLogPart('delivery', true, (directory) =>
    replaceSmallFile(
      directory,
      DELIVERER_FILE,
      `${JSON.stringify({ process: ownWitness(), by })}\n`,
      writerName(),
    ),
  );
}

/** Notes that this process delivers no more. */
export function removeDeliverer(): void {
  inLogPart('delivery', false, (directory) => removeQuietly(directory, DELIVERER_FILE));
}

/** Who delivers now; `undefined`: nobody. */
export function readDeliverer(): Deliverer | undefined {
  return inLogPart('delivery', false, (directory) => {
    try {
      const value: unknown = JSON.parse(readSmallFile(directory, DELIVERER_FILE, MAX_BYTES));
      const { process, by } = checked(value, schema(), 'note of who delivers');
      return hasEnded(process, directory.path) ? undefined : { name: process.name, pid: process.pid, by };
    } catch {
      return undefined;
    }
  });
}

function removeQuietly(directory: SecureDirectory, name: string): void {
  try {
    unlinkSync(directory.resolve(name));
  } catch (error) {
    // What can't be removed now is in the way of nobody.
    if (!isMissing(error)) return;
  }
}

interface Note {
  readonly process: Witness;
  readonly by: Deliverer['by'];
}

let built: ZodMiniType<Note> | undefined;

function schema(): ZodMiniType<Note> {
  built ??= buildSchema();
  return built;
}

function buildSchema(): ZodMiniType<Note> {
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const count = () => z.number().check(z.gte(0));
  return z.object({
    process: z.object({
      name: z.string(),
      pid: z.int().check(z.gte(1)),
      start: count(),
      bootId: z.optional(z.string()),
      pidNamespace: z.optional(count()),
      platform: z.string(),
      startedAt: count(),
    }),
    by: z.enum(['worker', 'forward']),
  }) as unknown as ZodMiniType<Note>;
}
