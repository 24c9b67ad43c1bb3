import { listProcesses, type ProcessEntry } from '@tracebuf/ring';

/** The processes of this user, live or dead; none where the directory can't be read. */
export function presentProcesses(): ProcessEntry[] {
  try {
    return listProcesses().processes;
  } catch {
    return [];
  }
}
