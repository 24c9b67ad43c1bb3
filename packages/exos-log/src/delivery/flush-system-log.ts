import { listProcesses, type ProcessEntry } from '@tracebuf/ring';
import { processKey, RingSource } from '@tracebuf/ring/files';
import { readLogConfiguration } from '../system-log/configuration-file.ts';
import { SYSTEM_LOG_BUFFER } from '../system-log/incident-record.ts';
import { deliveryStates } from './delivery-directory.ts';
import type { DeliveryState } from './delivery-state.ts';
import { deliveryThread } from './delivery-thread.ts';
import { ringKey } from './fed-ring.ts';

/** How {@link flushSystemLog} waits. */
export interface FlushOptions {
  /** At most so many milliseconds. Default: 5000. */
  readonly timeout?: number;
}

const TIMEOUT_MS = 5000;
const LOOK_MS = 20;

/**
 * Waits until all incidents that this process has raised are delivered: shown on its console, given to the syslog servers,
 * as far as those targets are enabled. For programs that are about to end; what is not delivered by then is delivered by
 * the next program that does so. Incidents are safe in memory anyway.
 *
 * @returns Whether all of them were delivered. Never rejects.
 */
export async function flushSystemLog({ timeout = TIMEOUT_MS }: FlushOptions = {}): Promise<boolean> {
  const deadline = performance.now() + timeout;
  try {
    const wanted = ownPositions();
    const isShown = deliveryThread().request();
    for (;;) {
      if (isShown() && undelivered(wanted).length === 0) return true;
      const left = deadline - performance.now();
      if (!(left > 0)) return false;
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, left)));
    }
  } catch {
    // R9: what can't be read can't be waited for.
    return false;
  }
}

/** Enabled syslog targets that have not got everything up to some positions. */
function undelivered(wanted: ReadonlyMap<string, number>): string[] {
  const states = new Map(deliveryStates('syslog').map((state) => [state.target, state]));
  return readLogConfiguration()
    .targets.filter(({ enabled, syslog }) => enabled && syslog !== undefined)
    .map(({ name }) => name)
    .filter((name) => !hasGot(states.get(name), wanted));
}

function hasGot(state: DeliveryState | undefined, wanted: ReadonlyMap<string, number>): boolean {
  if (state === undefined) return wanted.size === 0;
  return [...wanted].every(([ring, seq]) => (state.ahead[ring] ?? state.rings[ring] ?? 0) >= seq);
}

/** Number of the last record of each ring of this process that has one. */
function ownPositions(): Map<string, number> {
  const own = listProcesses().processes.find(({ key }) => key === processKey());
  return own === undefined ? new Map() : positionsOf(own);
}

function positionsOf(process: ProcessEntry): Map<string, number> {
  const positions = new Map<string, number>();
  for (const file of process.ringFiles()) {
    if (file.buffer !== SYSTEM_LOG_BUFFER) continue;
    const { reader } = new RingSource(process, file, () => {});
    try {
      const { appended } = reader.counts();
      if (appended > 0) positions.set(ringKey(process.key, file.thread, reader.descriptor.role), appended);
    } finally {
      reader.close();
    }
  }
  return positions;
}
