import type { CommandSpec } from '../command.ts';
import { textWidth } from '../text-width.ts';
import { wrap } from '../wrap.ts';

const MIN_SUMMARY = 24;

/**
 * What commands there are, one a line.
 *
 * @param words Only commands that start with these.
 * @param columns Width to keep to.
 */
export function overview(
  words: readonly string[],
  commands: readonly CommandSpec[],
  columns: number,
): string {
  const listed = commands.filter(
    (command) => command.hidden !== true && words.every((word, index) => command.words[index] === word),
  );
  const calls = listed.map(({ words: all, operands }) =>
    [...all, ...operands.map(({ usage }) => usage)].join(' '),
  );
  const width = Math.max(...calls.map(textWidth)) + 2;
  const room = Math.max(MIN_SUMMARY, columns - width - 2);
  const lines = listed.map((command, index) => {
    const [first = '', ...more] = wrap(command.summary, room);
    const call = (calls[index] ?? '').padEnd(width);
    return [`  ${call}${first}`, ...more.map((line) => ' '.repeat(width + 2) + line)].join('\n');
  });
  const intro =
    words.length > 0
      ? `Usage: trace-cli ${words.join(' ')} …\n`
      : 'Usage: trace-cli <command> [options]\n\nReads, follows, dumps and controls the trace buffers of Node.js processes, live or dead.\n';
  return `${intro}\nCommands:\n${lines.join('\n')}\n${words.length > 0 ? '' : HINTS}`;
}

const HINTS = `
<proc> is the name, pid or name.pid of a process, or all. Words may be abbreviated: sh tr web all.
trace-cli help <command> shows options and examples; trace-cli --version the version.
Exit codes: 0 done, 1 failed, 2 bad usage, 3 not found.
`;
