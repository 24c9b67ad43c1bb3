import type { CommandSpec } from '../command.ts';
import { SELECTION_OPTIONS } from '../selection-options.ts';
import { EXPORT_FORMATS, exportFormat } from './export-format.ts';

export const exportCommand: CommandSpec = {
  words: ['export'],
  summary: 'write records for other programs: Perfetto, speedscope, OTLP JSON, JSON lines, CSV',
  details: `perfetto: the trace event format, which ui.perfetto.dev and chrome://tracing open: spans and calls as slices, log lines as
instants, lost records as a counter. speedscope: calls and spans as flame graphs. folded: stacks of calls with their own
microseconds, a line each, for flamegraph.pl and its like. otlp-json: logs and
spans as OpenTelemetry's files have them, a request per line. jsonl: one record as a JSON object per line.
csv: one record per line below a line of names, fields as JSON.

The source is a database of "trace-cli record", or the trace buffers of processes as they are now. Without --output it goes to
standard output; a name that ends in .gz is compressed.`,
  operands: [
    {
      usage: '[<proc>…]',
      presence: 'rest',
      description:
        'names, pids or name.pid of processes, default: all; and the file of a database that they are in',
      completes: 'process',
    },
  ],
  options: [
    {
      flags: '-f, --format <format>',
      description: 'perfetto (default), speedscope, folded, otlp-json, jsonl or csv',
      parse: exportFormat,
      completes: EXPORT_FORMATS,
    },
    { flags: '-o, --output <file>', description: 'write to this file, which must not be there yet' },
    { flags: '--force', description: 'write over a file that is there' },
    { flags: '--db <file>', description: 'a database; the same as its file above' },
    { flags: '-b, --buffer <name>', description: 'only this trace buffer' },
    ...SELECTION_OPTIONS,
  ],
  examples: [
    ['export web -o web.json', 'all of "web", for ui.perfetto.dev'],
    [
      'export --db traces.sqlite --format csv --where "level >= warn" -o warnings.csv',
      'warnings, for a spreadsheet',
    ],
    ['export --format speedscope -o calls.json.gz', 'flame graphs, compressed'],
  ],
  load: async () => (await import('./export.ts')).exportRecords,
};
