import { type CommandSpec, JSON_OPTION } from '../command.ts';
import { SELECTION_OPTIONS } from '../selection-options.ts';

export const viewCommand: CommandSpec = {
  words: ['view'],
  summary: 'a full-screen reader of a database or of trace buffers',
  details: `Reads a database that "trace-cli record" has written, or the trace buffers of processes: what is there, and what comes.
Without a word it is traces.sqlite of this directory where there is one, else the buffers of all processes. "trace-cli" alone
does the same, but where there is neither such a database nor a terminal: then it prints what it can do.

Keys are those of less; h shows them all. Where standard output is no terminal, the records are printed.`,
  operands: [
    {
      usage: '[<db>|<proc>]',
      presence: 'optional',
      description: 'file of a database; or name, pid or name.pid of a process, or all',
      completes: 'process',
    },
  ],
  options: [
    { flags: '-f, --follow', description: 'begin at the end, and show what comes' },
    {
      flags: '-p, --process <proc>',
      description: 'only records of this name, pid or name.pid of a process',
      completes: 'process',
    },
    ...SELECTION_OPTIONS,
    { flags: '--utc', description: 'times in UTC instead of local time' },
    JSON_OPTION,
  ],
  examples: [
    ['view', 'read traces.sqlite, or the buffers of all processes'],
    ['view web --follow', 'see what "web" logs, with search and filters at hand'],
    ['view crash.sqlite --where "level >= error"', 'begin with a filter; r changes it'],
  ],
  load: async () => (await import('./view.ts')).view,
};
