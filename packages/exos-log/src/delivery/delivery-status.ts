import { readLogConfiguration } from '../system-log/configuration-file.ts';
import { type Deliverer, deliveryStates, readDeliverer } from './delivery-directory.ts';
import { type DeliveryState, newDeliveryState } from './delivery-state.ts';

/** How the delivery to one target stands. */
export interface TargetDeliveryStatus extends Omit<DeliveryState, 'version' | 'since' | 'rings' | 'ahead'> {
  readonly enabled: boolean;
}

/** How the delivery of a user's system log stands. */
export interface DeliveryStatus {
  /** Who delivers to the syslog servers; absent: nobody does. */
  readonly deliverer?: Deliverer;
  /** The syslog targets and, where it is enabled or was, the console target, over all processes that are there. */
  readonly targets: readonly TargetDeliveryStatus[];
}

/**
 * Reads how the delivery to the targets stands: what was delivered, what was lost, what went wrong last. As of at most a
 * second ago.
 *
 * @throws LogConfigurationError where the configuration is damaged; StorageError, InsecureDirectoryError.
 */
export function readDeliveryStatus(): DeliveryStatus {
  const states = new Map(deliveryStates('syslog').map((state) => [state.target, state]));
  const consoles = deliveryStates('console');
  const deliverer = readDeliverer();
  const targets = readLogConfiguration().targets.flatMap(({ name, kind, enabled }) => {
    if (kind === 'console') {
      return enabled || consoles.length > 0 ? [statusOf(sumOf(name, consoles), enabled, true)] : [];
    }
    if (kind !== 'syslog') return [];
    return [statusOf(states.get(name) ?? newDeliveryState(name), enabled, deliverer !== undefined)];
  });
  return deliverer === undefined ? { targets } : { deliverer, targets };
}

/** @param isServed Whether somebody is there who delivers: else what the last one said of its connection is over. */
function statusOf(state: DeliveryState, enabled: boolean, isServed: boolean): TargetDeliveryStatus {
  const { version: _version, since: _since, rings: _rings, ahead: _ahead, ...about } = state;
  return { ...about, connection: enabled && isServed ? about.connection : 'idle', enabled };
}

function sumOf(target: string, states: readonly DeliveryState[]): DeliveryState {
  const latest = states.toSorted((a, b) => (b.lastErrorAt ?? 0) - (a.lastErrorAt ?? 0))[0];
  const sum = (key: 'delivered' | 'lost' | 'announced' | 'repeated' | 'failed'): number =>
    states.reduce((total, state) => total + state[key], 0);
  const delivered = Math.max(0, ...states.map(({ lastDeliveredAt = 0 }) => lastDeliveredAt));
  return {
    ...(latest ?? newDeliveryState(target)),
    target,
    delivered: sum('delivered'),
    lost: sum('lost'),
    announced: sum('announced'),
    repeated: sum('repeated'),
    failed: sum('failed'),
    ...(delivered === 0 ? {} : { lastDeliveredAt: delivered }),
  };
}
