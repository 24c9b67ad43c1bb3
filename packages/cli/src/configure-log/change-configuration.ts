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
  return updateLogConfiguration((configuration) => asUsage(() => change(configuration)));
}

/**
 * Reads or applies what a command says. A value that can't be used is bad usage; a configuration that is damaged, which is
 * told by the same class, is not.
 *
 * @throws UsageError
 */
export function asUsage<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (error instanceof LogConfigurationError) throw new UsageError(error.message);
    throw error;
  }
}
