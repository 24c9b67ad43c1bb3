import { type CommandSpec, JSON_OPTION } from '../command.ts';
import { bytesValue, countValue } from '../option-values.ts';

export const pruneCommand: CommandSpec = {
  words: ['prune'],
  summary: 'remove the trace buffers of processes that ended, but for the newest',
  details: `By default the newest 16 are kept, as far as they take no more than 256 MiB (TRACEBUF_KEEP_PROCESSES,
TRACEBUF_KEEP_BYTES). The first crash of each name, which is otherwise kept beyond these limits, is given up. Processes that
run, or can't be proven dead, are never touched.`,
  operands: [],
  options: [
    { flags: '--all', description: 'keep none of those that ended' },
    { flags: '--keep <count>', description: 'keep this many', parse: countValue },
    {
      flags: '--keep-bytes <bytes>',
      description: 'keep as many as take no more than this, such as 64M',
      parse: bytesValue,
    },
    { flags: '--dry-run', description: 'only show what would be removed' },
    JSON_OPTION,
  ],
  examples: [
    ['prune', 'down to what retention allows'],
    ['prune --all --dry-run', 'show what ended processes have left'],
  ],
  load: async () => (await import('./prune.ts')).pruneProcesses,
};
