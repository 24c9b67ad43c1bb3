import {
  AmbiguousProcessError,
  InvalidOptionError,
  TracebufError,
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

/** Exit codes of errors of the system log, known by their codes: its package is loaded by its own commands only. */
const EXIT_CODES: ReadonlyMap<string, ExitCode> = new Map([
  ['ERR_TRACEBUF_UNKNOWN_EVENT', ExitCode.NOT_FOUND],
  ['ERR_TRACEBUF_UNKNOWN_FILTER', ExitCode.NOT_FOUND],
  ['ERR_TRACEBUF_UNKNOWN_TARGET', ExitCode.NOT_FOUND],
  ['ERR_TRACEBUF_UNKNOWN_PROVIDER', ExitCode.NOT_FOUND],
  ['ERR_TRACEBUF_AMBIGUOUS_EVENT', ExitCode.USAGE],
  ['ERR_TRACEBUF_INVALID_FILTER_ITEM', ExitCode.USAGE],
  ['ERR_TRACEBUF_INVALID_FILTER_NAME', ExitCode.USAGE],
  ['ERR_TRACEBUF_INVALID_TIME_LIMIT', ExitCode.USAGE],
]);

/** The exit code for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  const known = error instanceof TracebufError ? EXIT_CODES.get(error.code) : undefined;
  if (known !== undefined) return known;
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
