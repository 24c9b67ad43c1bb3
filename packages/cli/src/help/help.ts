import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { helpOf } from '../parse-arguments.ts';
import { resolveWords } from '../resolve-words.ts';
import { overview } from './overview.ts';

/** `help`: the help of a command, or the list of those that start with the words given. */
export const help: Run<object> = async ({ operands, out, commands }) => {
  const { command, words } = resolveWords(operands, commands);
  await out.write(
    command === undefined ? overview(words, commands, out.columns) : helpOf(command, out.columns),
  );
  return ExitCode.DONE;
};
