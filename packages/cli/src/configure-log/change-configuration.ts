import { type LogConfiguration, LogConfigurationError, updateLogConfiguration } from '@tracebuf/exos-log';
import { UsageError } from '../errors.ts';

/**
 * Changes the configuration of the system log; every running process obeys it at its next incident.
 *
 * @returns The new configuration.
 * @throws UsageError where a value can't be used; what `updateLogConfiguration` throws.
 */
export function changeConfiguration(
  change: (configuration: LogConfiguration) => LogConfiguration,
): LogConfiguration {
  return updateLogConfiguration((configuration) => changesAsUsage(() => change(configuration)));
}

/**
 * Makes a change. A value that can't be used is bad usage; a configuration that is damaged, which is told by the same
 * class, is not.
 *
 * @throws UsageError
 */
export function changesAsUsage(change: () => LogConfiguration): LogConfiguration {
  try {
    return change();
  } catch (error) {
    if (error instanceof LogConfigurationError) throw new UsageError(error.message);
    throw error;
  }
}
