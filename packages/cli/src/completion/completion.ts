import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { matchWord } from '../match-word.ts';
import { SCRIPTS } from './scripts.ts';
import { SHELLS } from './shells.ts';

/** `completion`: prints the script for a shell. */
export const completion: Run<object> = async ({ operands: [typed = ''], out }) => {
  const shell = matchWord(typed, SHELLS) as (typeof SHELLS)[number] | undefined;
  if (shell === undefined) {
    throw new UsageError(`No completion for the shell ${JSON.stringify(typed)}; give ${SHELLS.join(', ')}`);
  }
  await out.write(SCRIPTS[shell]);
  return ExitCode.DONE;
};
