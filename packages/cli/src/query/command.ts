import { type CommandSpec, JSON_OPTION } from '../command.ts';
import { SELECTION_OPTIONS } from '../selection-options.ts';

export const queryCommand: CommandSpec = {
  words: ['query'],
  summary: 'the records of databases and trace buffers that a filter lets pass',
  details: `A source is a database that "trace-cli record" has written, or <proc>: a name, pid or name.pid of a process, or all.
Without one it is traces.sqlite of this directory where there is one, else the trace buffers of all processes. Several are
merged by time.

An empty filter, '', lets every record pass. Where nothing is found, what in the filter occurs nowhere is told on standard
error.`,
  operands: [
    {
      usage: "'<filter>'",
      presence: 'required',
      description: 'such as \'level >= warn and msg == "%timeout%"\'',
    },
    {
      usage: '[<source>…]',
      presence: 'rest',
      description: 'files of databases, and processes',
      completes: 'process',
    },
  ],
  options: [
    { flags: '--db <file>', description: 'a database; the same as a source' },
    {
      flags: '-p, --process <proc>',
      description: 'only records of this name, pid or name.pid of a process',
      completes: 'process',
    },
    // The filter has its own place here.
    ...SELECTION_OPTIONS.filter(({ flags }) => !flags.includes('--where')),
    {
      flags: '--text <words>',
      description: 'databases: only where the message has all of these words; time* begins one',
    },
    { flags: '--count', description: 'only how many they are' },
    { flags: '-g, --group-by <field>', description: 'how many they are for each value of a field' },
    { flags: '--utc', description: 'times in UTC instead of local time' },
    { flags: '--csv', description: 'comma-separated values, below a line of titles' },
    JSON_OPTION,
  ],
  examples: [
    ["query 'level >= error' traces.sqlite", 'the errors of a database'],
    ['query \'msg == "%timeout%"\' web --since 5m', 'what running "web" processes said of timeouts lately'],
    ["query '' traces.sqlite --text 'connection time*'", 'a full-text search, by an index'],
    ["query '' --group-by level", 'how many records there are of each level'],
    ["query 'req.url =~ /^.api/ and status >= 500' --csv", 'failed requests, for a spreadsheet'],
  ],
  load: async () => (await import('./query.ts')).query,
};
