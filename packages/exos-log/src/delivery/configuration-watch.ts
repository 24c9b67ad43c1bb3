import { lstatSync } from 'node:fs';
import { FACTORY_CONFIGURATION, type LogConfiguration } from '../configuration.ts';
import { CONFIGURATION_FILE, readLogConfiguration } from '../system-log/configuration-file.ts';
import { inLogPart } from '../system-log/log-directory.ts';

/** Sees when the configuration of this user's system log changes, without anybody's help; costs a few system calls. */
export class ConfigurationWatch {
  /** The last one that could be read. */
  configuration: LogConfiguration = FACTORY_CONFIGURATION;
  #version: string | undefined;

  constructor() {
    this.look();
  }

  /** Reads the configuration again where it has changed. @returns Whether it has. */
  look(): boolean {
    const version = fileVersion();
    if (version === this.#version) return false;
    try {
      this.configuration = readLogConfiguration();
      this.#version = version;
      return true;
    } catch {
      // Damaged, or no longer ours to read: the last one stands, and the next look may find a better one.
      return false;
    }
  }
}

/** Tells one file from the next in its place; each change is another file. */
function fileVersion(): string {
  try {
    return (
      inLogPart(undefined, false, (directory) => {
        const stats = lstatSync(directory.resolve(CONFIGURATION_FILE), {
          bigint: true,
          throwIfNoEntry: false,
        });
        return stats === undefined ? '' : `${stats.ino} ${stats.mtimeNs} ${stats.size}`;
      }) ?? ''
    );
  } catch {
    return '';
  }
}
