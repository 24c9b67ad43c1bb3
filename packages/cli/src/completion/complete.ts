import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import type { Candidate } from '../word-reader.ts';
import { candidates } from './candidates.ts';
import { bashInsertion, splitCommandLine } from './command-line.ts';

/** `complete`: prints candidates for a shell, as the scripts of `completion` understand them. Never fails loudly. */
export const complete: Run<object> = async ({ operands: [shell = '', ...given], out, commands }) => {
  let lines: string[] = [];
  try {
    if (shell === 'bash') {
      const [line = '', breaks = ''] = given;
      const { words, last } = splitCommandLine(line);
      lines = harmless(await candidates(words.slice(1), commands)).map(({ value }) =>
        bashInsertion(value, last, breaks),
      );
    } else {
      lines = harmless(await candidates(given, commands)).map(({ value, description }) =>
        description === undefined ? value : `${value}\t${description}`,
      );
    }
  } catch {
    // A line that makes no sense has no candidates; a message would end up in the middle of what is typed.
  }
  await out.write(lines.map((line) => `${line}\n`).join(''));
  return ExitCode.DONE;
};

/** A name with control characters can't be typed anyway, and would be several lines here. */
function harmless(found: readonly Candidate[]): Candidate[] {
  return found.filter(({ value }) => visibleText(value) === value);
}
