import {
  AmbiguousProcessError,
  InvalidOptionError,
  UnknownProcessError,
  UnknownTraceBufferError,
  visibleText,
} from '@tracebuf/ring';
import { UsageError } from './errors.ts';
import { ExitCode } from './exit-code.ts';

/** An error of the filter language, known by its shape: the language itself is loaded only where a filter is given. */
interface FilterError extends Error {
  readonly code: string;
  caretLine(columns?: number): string;
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UnknownProcessError || error instanceof UnknownTraceBufferError)
    return ExitCode.NOT_FOUND;
  if (error instanceof UsageError || error instanceof AmbiguousProcessError || isFilterError(error)) {
    return ExitCode.USAGE;
  }
  return error instanceof InvalidOptionError ? ExitCode.USAGE : ExitCode.FAILED;
}

/**
 * What a person is told about an error: one line, harmless on a terminal. A fault in a filter is shown below it.
 *
 * @param debug Show the stack, and the causes, too.
 */
export function describeError(error: unknown, debug: boolean, columns: number): string {
  const message = error instanceof Error ? error.message : String(error);
  let text = `trace-cli: ${visibleText(message)}\n`;
  if (isFilterError(error)) text += `${indent(error.caretLine(columns - 2))}\n`;
  if (debug) text += `${indent(stackOf(error))}\n`;
  return text;
}

function isFilterError(error: unknown): error is FilterError {
  return error instanceof Error && error.name === 'FilterSyntaxError' && 'caretLine' in error;
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${visibleText(line)}`)
    .join('\n');
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stackOf(error.cause)}`;
}
