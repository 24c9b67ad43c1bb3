import type { OptionSpec } from './command.ts';
import { countValue, LEVEL_NAMES, levelValue } from './option-values.ts';

/** Options that select records, for every command that reads them. */
export const SELECTION_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '-l, --level <level>',
    description: 'records of this level and above',
    parse: levelValue,
    completes: LEVEL_NAMES,
  },
  {
    flags: '-s, --since <time>',
    description: "records from then on: 5m (ago), '10:15', 2026-01-02T10:15:00Z",
  },
  { flags: '-u, --until <time>', description: 'records up to then' },
  {
    flags: '-w, --where <filter>',
    description: `records that a filter lets pass: 'level >= warn and msg == "%timeout%"'`,
  },
  { flags: '-n, --last <count>', description: 'only the newest of them', parse: countValue },
];
