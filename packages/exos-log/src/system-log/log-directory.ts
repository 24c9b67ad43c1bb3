import { openRoot, openSecureSubdirectory, type SecureDirectory } from '@tracebuf/ring/files';

/** Directory of the system log, beside the directories of the processes. */
const LOG_DIRECTORY = 'system-log';

/** What the directory of the system log has directories for. */
export type LogPart = 'components' | 'counters' | 'sessions' | 'delivery';

/**
 * Opens the directory of the system log of this user, or one of its parts.
 *
 * @param create Whether to make it where it is missing: what writers do and readers do not.
 * @returns `undefined` where it is missing and was not to be made; the caller closes it.
 * @throws InsecureDirectoryError, StorageError
 */
function openLogDirectory(options: { readonly create: true; readonly part?: LogPart }): SecureDirectory;
function openLogDirectory(options?: {
  readonly create?: boolean;
  readonly part?: LogPart;
}): SecureDirectory | undefined;
function openLogDirectory(
  options: { readonly create?: boolean; readonly part?: LogPart } = {},
): SecureDirectory | undefined {
  const { create = false, part } = options;
  const root = create ? openRoot({ create: true }) : openRoot();
  if (root === undefined) return undefined;
  const log = within(root, LOG_DIRECTORY, create);
  return log === undefined || part === undefined ? log : within(log, part, create);
}

/** Opens a directory within another, and closes that. */
function within(parent: SecureDirectory, name: string, create: boolean): SecureDirectory | undefined {
  try {
    return openSecureSubdirectory(parent, name, { create });
  } finally {
    parent.close();
  }
}

/** Does something in a part of the system log; `undefined` where there is none. */
export function inLogPart<T>(
  part: LogPart | undefined,
  create: boolean,
  use: (directory: SecureDirectory) => T,
): T | undefined {
  const directory = openLogDirectory(part === undefined ? { create } : { create, part });
  if (directory === undefined) return undefined;
  try {
    return use(directory);
  } finally {
    directory.close();
  }
}
