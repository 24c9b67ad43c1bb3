import { unlinkSync } from 'node:fs';
import {
  isMissing,
  listNames,
  observe,
  type ProcessInfo,
  processIdentity,
  processKey,
  processName,
  processStartedAt,
  processState,
  readSmallFile,
  replaceSmallFile,
  writerName,
} from '@tracebuf/ring/files';
import { parseSession, type Witness } from '../configuration-schema.ts';
import type { LogTarget } from '../log-target.ts';
import { inLogPart } from './log-directory.ts';

const MAX_BYTES = 64 * 1024;
const MAX_SESSIONS = 1000;

/** What this process says of itself. */
export function ownWitness(): Witness {
  return {
    name: processName(),
    ...processIdentity(),
    platform: process.platform,
    startedAt: Math.round(processStartedAt()),
  };
}

/** Whether a process has ended for certain; what can't be seen from here may live. */
export function hasEnded(witness: Witness, directory: string): boolean {
  const state = processState(witness as ProcessInfo, undefined, observe(directory));
  return state !== 'alive' && state !== 'unknown';
}

/** Makes the target of this terminal's session known, or changes it; it lasts until the process ends. */
export function openSession(target: LogTarget): void {
  inLogPart('sessions', true, (directory) =>
    replaceSmallFile(
      directory,
      `${processKey()}.json`,
      `${JSON.stringify({ process: ownWitness(), target })}\n`,
      writerName(),
    ),
  );
}

/** Ends the session of this process; nothing where there is none. */
export function closeSession(): void {
  inLogPart('sessions', false, (directory) => {
    try {
      unlinkSync(directory.resolve(`${processKey()}.json`));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  });
}

/** The targets of the sessions of processes that may still run; files of others are removed. */
export function sessionTargets(): LogTarget[] {
  return (
    inLogPart('sessions', false, (directory) =>
      listNames(directory, MAX_SESSIONS).flatMap((name) => {
        if (!name.endsWith('.json') || name.startsWith('.')) return [];
        try {
          const session = parseSession(JSON.parse(readSmallFile(directory, name, MAX_BYTES)));
          if (!hasEnded(session.process, directory.path)) return [session.target];
          unlinkSync(directory.resolve(name));
        } catch {
          // Half written, gone, or no session: it takes nothing.
        }
        return [];
      }),
    ) ?? []
  );
}
