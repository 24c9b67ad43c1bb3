import { randomInt } from 'node:crypto';
import { controlBuffers, listProcesses } from '@tracebuf/ring';
import { isMissing, readSmallFile, replaceSmallFile, writerName } from '@tracebuf/ring/files';
import { FACTORY_CONFIGURATION, type LogConfiguration, withoutExpired } from '../configuration.ts';
import { parseConfiguration, savedConfiguration } from '../configuration-schema.ts';
import { LogConfigurationError } from '../errors.ts';
import { sameName } from '../event-name.ts';
import type { LogTarget } from '../log-target.ts';
import { SYSTEM_LOG_BUFFER } from './incident-record.ts';
import { inLogPart } from './log-directory.ts';
import { withLogLock } from './log-lock.ts';
import { sessionTargets } from './sessions.ts';

/** Name of the file that the configuration is in. */
export const CONFIGURATION_FILE = 'configuration.json';
const MAX_BYTES = 16 * 1024 * 1024;
/** Policy generations are small integers to V8 on every platform. */
const MAX_POLICY = 0x3fff_ffff;

/**
 * Reads the configuration of the system log of this user; the factory's where nothing was configured yet.
 *
 * @throws LogConfigurationError where the file is damaged or of another version; StorageError, InsecureDirectoryError.
 */
export function readLogConfiguration(): LogConfiguration {
  return inLogPart(undefined, false, (directory) => read(directory)) ?? FACTORY_CONFIGURATION;
}

/**
 * The configuration as emitters obey it: with the targets of the sessions that are open now.
 *
 * @throws As {@link readLogConfiguration}.
 */
export function readEffectiveConfiguration(): LogConfiguration {
  const configuration = readLogConfiguration();
  const sessions = sessionTargets().filter(({ filter }) =>
    configuration.filters.some(({ name }) => sameName(name, filter)),
  );
  return sessions.length === 0
    ? configuration
    : { ...configuration, targets: [...configuration.targets, ...sessions] };
}

/**
 * Changes the configuration of the system log of this user. When this returns, it is in the file and every running
 * process obeys it at its next incident, also one whose event loop is stuck.
 *
 * @param change Makes the new configuration of the present one; called while nobody else may change it.
 * @returns The new configuration.
 * @throws Whatever `change` throws; LogBusyError, LogConfigurationError, StorageError, InsecureDirectoryError.
 */
export function updateLogConfiguration(
  change: (configuration: LogConfiguration) => LogConfiguration,
): LogConfiguration {
  const changed = inLogPart(undefined, true, (directory) =>
    withLogLock(directory, CONFIGURATION_FILE, () => {
      const present = read(directory);
      const next = withEnabledSince(present, withoutExpired(change(present), Date.now()), Date.now());
      if (next !== present) {
        const text = `${JSON.stringify(savedConfiguration(next), undefined, 2)}\n`;
        replaceSmallFile(directory, CONFIGURATION_FILE, text, writerName());
      }
      return next;
    }),
  ) as LogConfiguration;
  announceConfiguration();
  return changed;
}

/** Notes when targets were enabled, so that what was raised before is not delivered to them. */
function withEnabledSince(present: LogConfiguration, next: LogConfiguration, now: number): LogConfiguration {
  const wasEnabled = new Set(present.targets.filter(({ enabled }) => enabled).map(({ name }) => name));
  const isNew = ({ enabled, name }: LogTarget): boolean => enabled && !wasEnabled.has(name);
  if (!next.targets.some(isNew)) return next;
  const targets = next.targets.map((target) => (isNew(target) ? { ...target, enabledSince: now } : target));
  return { ...next, targets };
}

/** Tells every running process that has a system log to read the configuration again. */
export function announceConfiguration(): void {
  // Any value but the last one will do, and two commanders at once must not choose the same.
  const policy = randomInt(1, MAX_POLICY);
  for (const process of listProcesses().processes) {
    if (process.state !== 'alive' && process.state !== 'unknown') continue;
    try {
      const has = process.ringFiles().some(({ buffer }) => buffer === SYSTEM_LOG_BUFFER);
      if (has) controlBuffers(process, [SYSTEM_LOG_BUFFER], { policy });
    } catch {
      // A process that ends meanwhile, or whose files are damaged, has nothing to obey any more.
    }
  }
}

function read(directory: Parameters<typeof readSmallFile>[0]): LogConfiguration {
  let text: string;
  try {
    text = readSmallFile(directory, CONFIGURATION_FILE, MAX_BYTES);
  } catch (error) {
    if (isMissing(error)) return FACTORY_CONFIGURATION;
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new LogConfigurationError(
      `The configuration of the system log "${directory.path}/${CONFIGURATION_FILE}" is not JSON; correct it, or remove it to start anew.`,
      { cause },
    );
  }
  return parseConfiguration(parsed);
}
