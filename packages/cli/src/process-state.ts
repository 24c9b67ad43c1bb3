import type { ProcessEntry } from '@tracebuf/ring';

/** Whether a process can still write. */
export function mayWrite({ state }: Pick<ProcessEntry, 'state'>): boolean {
  return state === 'alive' || state === 'unknown';
}

/** State of a process in a word or two: `alive`, `ended (0)`, `died`, `unknown`. */
export function shortState({ state, exitCode }: Pick<ProcessEntry, 'state' | 'exitCode'>): string {
  return state === 'ended' && exitCode !== undefined ? `ended (${exitCode})` : state;
}

/** What became of a process that no longer runs, as a sentence: `web.4711 died: TypeError: x is not a function`. */
export function obituary(
  process: Pick<ProcessEntry, 'name' | 'pid' | 'state' | 'exitCode' | 'uncaught'>,
): string {
  const { name, pid, state, exitCode, uncaught } = process;
  const who = `${name}.${pid}`;
  if (state === 'ended') return `${who} ended${exitCode === undefined ? '' : ` with exit code ${exitCode}`}`;
  return `${who} died${uncaught === undefined ? '' : `: ${uncaught}`}`;
}
