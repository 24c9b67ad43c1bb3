import { BUFFER_OPERAND, type CommandSpec, JSON_OPTION, SOURCE_OPERAND } from '../command.ts';
import { SELECTION_OPTIONS } from '../selection-options.ts';
import { DUMP_FORMATS, formatValue } from './dump-format.ts';

export const dumpTraceCommand: CommandSpec = {
  words: ['dump', 'trace'],
  summary: 'write the records of trace buffers to a file in the dump directory',
  details: `The directory is TRACEBUF_DUMP_DIR, by default one for this user under the temporary directory. A file that is there
already is never overwritten. The path of the file is printed.`,
  operands: [SOURCE_OPERAND, BUFFER_OPERAND],
  options: [
    {
      flags: '--format <format>',
      description:
        'text (default), jsonl, csv, perfetto, otlp-json, or sqlite, a database for trace-cli view',
      parse: formatValue,
      completes: DUMP_FORMATS,
    },
    { flags: '--file <name>', description: 'bare name of the file; default: process, buffer and time' },
    ...SELECTION_OPTIONS,
    { flags: '--utc', description: 'times in UTC instead of local time' },
    JSON_OPTION,
  ],
  examples: [
    ['dump trace web all', 'all that the processes named web have, as text'],
    [
      'dump trace web.4711 http --format jsonl --file crash.jsonl',
      'for another program, under a name of its own',
    ],
  ],
  load: async () => (await import('./dump-trace.ts')).dumpTrace,
};
