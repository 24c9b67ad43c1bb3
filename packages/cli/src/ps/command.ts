import { type CommandSpec, JSON_OPTION, SOURCE_OPERAND } from '../command.ts';

export const psCommand: CommandSpec = {
  words: ['ps'],
  summary: 'processes and their trace buffers: state, size, records, losses, rate',
  details: `One line for each trace buffer. RECORDS can be read, LOST were evicted or refused. LEVEL is the lowest level that is
stored, or off. On a terminal the counters are read twice, 200 ms apart, to tell the rate.

Of a database: the processes that were recorded, and how many of their records were STORED, LOST before they could be, or
CLEARED.`,
  operands: [{ ...SOURCE_OPERAND, usage: '[<proc>]', presence: 'optional' }],
  options: [
    { flags: '--rate', description: 'measure records per second (default on a terminal)' },
    { flags: '--no-rate', description: 'do not wait to measure it' },
    { flags: '--watch', description: 'show it anew every second until Ctrl-C' },
    JSON_OPTION,
  ],
  examples: [
    ['ps', 'all processes, live and dead'],
    ['ps traces.sqlite', 'what a database holds'],
    ['ps web --json', 'what the processes named web have, for another program'],
  ],
  load: async () => (await import('./ps.ts')).ps,
};
