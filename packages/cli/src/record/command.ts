import type { CommandSpec } from '../command.ts';
import { bytesValue, countValue } from '../option-values.ts';
import { spanValue } from '../span-value.ts';

/** A span of time, or 0 for no bound. */
function ageValue(text: string): number {
  return text.trim() === '0' ? 0 : spanValue(text);
}

export const recordCommand: CommandSpec = {
  words: ['record'],
  summary: 'drain trace buffers into an SQLite database until stopped',
  details: `Records what is there and what comes, of all processes or of those named, also of those that start later; ended ones
are read to their end. The programs never wait for it: where they are faster, what is lost is counted. Killed and started
again, it goes on where it stopped: nothing is lost that is still in the buffers, and nothing is stored twice.

The database grows up to a million records, 512 MiB or seven days, whichever comes first; then the oldest go. 0 is without
bound. "trace-cli view" reads it, also meanwhile, and so does sqlite3: SELECT * FROM records.

With --from it stores a dump in JSON lines instead ("dump trace … --format jsonl", or "export --format jsonl"). What is in the
database already, from another dump or recorded, is not stored again. A dump has no limits: what "record" finds too much goes
when it next records into the same database.`,
  operands: [
    {
      usage: '[<proc>…]',
      presence: 'rest',
      description: 'names, pids or name.pid of processes; default: all, and those to come',
      completes: 'process',
    },
  ],
  options: [
    { flags: '--db <file>', description: 'the database (default: traces.sqlite in this directory)' },
    { flags: '--buffer <name>', description: 'only this trace buffer' },
    { flags: '--from <file>', description: 'store a dump in JSON lines; .gz is unpacked' },
    { flags: '--once', description: 'record what is there now, then end' },
    { flags: '--max-records <count>', description: 'keep so many records', parse: countValue },
    { flags: '--max-size <bytes>', description: 'let the file grow so far, such as 100M', parse: bytesValue },
    { flags: '--max-age <time>', description: 'keep records so long, such as 12h or 3d', parse: ageValue },
    { flags: '--quiet', description: 'say only what went wrong' },
    { flags: '--json', description: 'when it ends, one JSON object with what was done' },
  ],
  examples: [
    ['record', 'record everything until Ctrl-C'],
    ['record web --db web.sqlite --max-age 1d', 'one day of what "web" says'],
    ['record --from crash.jsonl --db crash.sqlite', 'make a database of a dump'],
    ['record --once --db crash.sqlite', 'keep what is in the buffers now'],
  ],
  load: async () => (await import('./record.ts')).recordTraces,
};
