import { describe, expect, test } from 'vitest';
import { commands } from '../src/commands.ts';
import { resolveWords } from '../src/resolve-words.ts';

const calls = (line: string): string | undefined =>
  resolveWords(line.split(' '), commands).command?.words.join(' ');
const fault = (line: string): string => {
  try {
    return `no fault: ${calls(line)}`;
  } catch (error) {
    return (error as Error).message;
  }
};

describe('words of a command line', () => {
  test.for([
    ['ps', 'ps'],
    ['show trace web all', 'show trace'],
    ['sh tr web all', 'show trace'],
    ['SHOW Trace web all', 'show trace'],
    ['di t web all', 'disable trace'],
    ['en tr web all', 'enable trace'],
    ['se t web all level warn', 'set trace'],
    ['cl tr web all', 'clear trace'],
    ['pru', 'prune'],
    ['prov en MyProvider', 'provider enable'],
    ['prov l', 'provider list'],
    ['h', 'help'],
    ['show log', 'show log'],
    ['sh lo coun', 'show log counters'],
    ['sh log EVENTS', 'show log events'],
    ['sh log mes nvram', 'show log'],
    ['sh log sev error', 'show log'],
    ['show log --json', 'show log'],
    ['cl log coun', 'clear log counters'],
    ['cl log static', 'clear log'],
    ['en log debug example.looked', 'enable log debug'],
    ['en log debug-m', 'enable log debug-mode'],
    ['conf sys del all', 'configure syslog delete'],
    ['cr log f mine', 'create log filter'],
  ] as const)('%s calls %s', ([line, expected]) => {
    expect(calls(line)).toBe(expected);
  });

  test.for([
    ['p', 'Ambiguous word: "p" could be "ps" or "provider" or "prune"'],
    ['en tr', 'no fault: enable trace'],
    ['c', 'Ambiguous word: "c" could be "clear" or "configure" or "create" or "completion"'],
    ['shwo trace', 'Unknown command: "shwo"; did you mean "show"?'],
    ['show trase web', 'Unknown word after "show": "trase"; did you mean "trace"?'],
    ['show lgo web', 'Unknown word after "show": "lgo"; did you mean "log"?'],
    ['configure web', 'Unknown word after "configure": "web"; there is "log" or "syslog"'],
    ['show log e', 'Ambiguous word: "e" could be "events" or "ending"'],
    [
      'show log c',
      'Ambiguous word: "c" could be "components" or "counters" or "configuration" or "chronological"',
    ],
    ['show log sverity error', 'Unknown word after "show log": "sverity"; did you mean "severity"?'],
    ['frobnicate', 'Unknown command: "frobnicate"; "trace-cli help" lists them all'],
    ['__proto__', 'Unknown command: "__proto__"; "trace-cli help" lists them all'],
  ] as const)('%s is refused', ([line, expected]) => {
    expect(fault(line)).toBe(expected);
  });

  test('what follows them is left alone', () => {
    expect(resolveWords(['show', 'trace', 'SHOW', '--json', 'Trace'], commands).rest).toEqual([
      'SHOW',
      '--json',
      'Trace',
    ]);
  });

  test('the command for shells takes no abbreviation from another', () => {
    expect(calls('comp bash')).toBe('completion');
    expect(calls('complete bash')).toBe('complete');
  });

  test('every command has a summary, and examples that call it', () => {
    for (const { words, summary, examples, hidden } of commands) {
      expect(summary, words.join(' ')).toMatch(/^[a-z].*[^.]$/);
      if (hidden !== true) expect(examples.length, words.join(' ')).toBeGreaterThan(0);
      for (const [line] of examples) expect(calls(line)).toBe(words.join(' '));
    }
  });
});
