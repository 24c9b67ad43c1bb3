import { visibleText } from '@tracebuf/ring';
import { ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';

/** Something that could not be read, and why. */
interface Problem {
  readonly error: Error;
}

/** Tells what could not be read, a line each, when what could be read has been shown. */
export async function reportProblems(problems: readonly Problem[], err: Output): Promise<ExitCode> {
  for (const { error } of problems) await err.line(`trace-cli: ${visibleText(error.message)}`);
  return problems.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
}
