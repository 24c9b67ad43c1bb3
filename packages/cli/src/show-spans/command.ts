import { type CommandSpec, JSON_OPTION, SOURCE_OPERAND } from '../command.ts';
import { countValue } from '../option-values.ts';
import { traceIdValue } from './trace-id-value.ts';

export const showSpansCommand: CommandSpec = {
  words: ['show', 'spans'],
  summary: 'spans of OpenTelemetry as trees, one for each trace, oldest first',
  details: `START is relative to the first span of its trace. A span that has not ended is "open" while its process runs, and
"unfinished" where that is over: it is what the process was doing when it ended. With "all", spans of one trace come together from
all processes.`,
  operands: [SOURCE_OPERAND],
  options: [
    {
      flags: '-t, --trace <id>',
      description: 'the trace with this id; its first digits will do',
      parse: traceIdValue,
    },
    { flags: '--unfinished', description: 'only traces with spans that have not ended' },
    { flags: '--errors', description: 'only traces with spans that have failed' },
    { flags: '--logs', description: 'show the log lines of each span below it' },
    { flags: '-n, --last <count>', description: 'only the newest traces', parse: countValue },
    { flags: '--utc', description: 'times in UTC instead of local time' },
    { ...JSON_OPTION, description: 'one JSON object per span and line' },
  ],
  examples: [
    ['show spans web', 'all traces of the processes named web'],
    [
      'show spans 4711 --unfinished --logs',
      'what a process was doing when it was killed, and what it logged',
    ],
    ['show spans all --trace 0af76519', 'one trace, across all processes'],
  ],
  load: async () => (await import('./show-spans.ts')).showSpans,
};
