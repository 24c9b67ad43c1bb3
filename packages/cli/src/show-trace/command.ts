import { BUFFER_OPERAND, type CommandSpec, JSON_OPTION, SOURCE_OPERAND } from '../command.ts';
import { SELECTION_OPTIONS } from '../selection-options.ts';

export const showTraceCommand: CommandSpec = {
  words: ['show', 'trace'],
  summary: 'the records of trace buffers, oldest first, merged by time',
  operands: [SOURCE_OPERAND, BUFFER_OPERAND],
  options: [
    { flags: '-f, --follow', description: 'go on with new records as they come' },
    ...SELECTION_OPTIONS,
    { flags: '--utc', description: 'times in UTC instead of local time' },
    JSON_OPTION,
  ],
  examples: [
    ['show trace web all', 'everything that the processes named web have'],
    [
      'show trace 4711 http --level warn --last 20',
      'the newest 20 warnings and errors of a buffer of process 4711',
    ],
    ['show trace web all --follow --where "msg == \'%timeout%\'"', 'follow timeouts'],
    [
      'show trace crash.sqlite all --level error',
      'the errors of a database that "trace-cli record" has written',
    ],
    ['show trace all all --since 5m --json', 'the last five minutes of all processes, for another program'],
  ],
  load: async () => (await import('./show-trace.ts')).showTrace,
};
