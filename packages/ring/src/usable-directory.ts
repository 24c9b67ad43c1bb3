import { accessSync, constants, statSync } from 'node:fs';

/** Whether a directory is there and this user may make files in it. */
export function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
