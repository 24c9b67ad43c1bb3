import { DatabaseSource } from '@tracebuf/sqlite';
import { ExitCode } from '../exit-code.ts';
import { jsonLine } from '../json-line.ts';
import type { Output } from '../output.ts';
import { storedJson, storedTable } from './stored-table.ts';

/**
 * `ps` of a database: the processes that were recorded, and what became of their records.
 *
 * @throws DatabaseError where it can't be read.
 */
export async function showStoredProcesses(path: string, json: boolean, out: Output): Promise<ExitCode> {
  const source = new DatabaseSource(path);
  try {
    const processes = source.books();
    if (json) await out.write(processes.map((process) => jsonLine(storedJson(process))).join(''));
    else if (processes.length === 0) await out.line('No process has been recorded.');
    else await out.write(storedTable(processes, out.color, Date.now()));
    return ExitCode.DONE;
  } finally {
    source.close();
  }
}
