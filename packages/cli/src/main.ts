import { existsSync, readFileSync } from 'node:fs';
import type { CommandSpec, Run } from './command.ts';
import { commands } from './commands.ts';
import { DEFAULT_DATABASE } from './default-database.ts';
import { UsageError } from './errors.ts';
import { ExitCode } from './exit-code.ts';
import { overview } from './help/overview.ts';
import { Output, OutputClosed } from './output.ts';
import { parseArguments } from './parse-arguments.ts';
import { describeError, exitCodeOf } from './report-error.ts';
import { resolveWords } from './resolve-words.ts';
import { hideSqliteWarning } from './sqlite-warning.ts';

/**
 * Runs `trace-cli`. Never rejects: what goes wrong is one line on standard error and an exit code.
 *
 * @param args The command line after the program's name.
 * @returns The exit code: 0 done, 1 failed, 2 bad usage, 3 not found, 130 interrupted.
 */
export async function main(args: readonly string[]): Promise<number> {
  hideSqliteWarning();
  const out = new Output(process.stdout);
  const err = new Output(process.stderr);
  try {
    return await run(args, out, err);
  } catch (error) {
    // Nobody reads any more: there is nothing left to do, and nothing went wrong.
    if (error instanceof OutputClosed) return ExitCode.DONE;
    try {
      await err.write(describeError(error, args.includes('--debug'), err.columns));
    } catch {
      // Standard error is gone too: the exit code has to do.
    }
    return exitCodeOf(error);
  }
}

async function run(args: readonly string[], out: Output, err: Output): Promise<ExitCode> {
  // Options of the program itself may come first; they belong to whatever is called.
  const global = args.filter(
    (arg, index) => arg === '--debug' && args.slice(0, index).every((a) => a === '--debug'),
  );
  const line = args.slice(global.length);
  if (line[0] === '--version' || line[0] === '-V') {
    await out.line(version());
    return ExitCode.DONE;
  }
  // Nothing but the name is what one reads with.
  const { command, words, rest } = resolveWords(
    line.length === 0 && mayRead(out) ? ['view'] : line,
    commands,
  );
  if (command === undefined) return await incomplete(words, rest, out);
  const parsed = parseArguments(command, rest, out.columns);
  if ('help' in parsed) {
    await out.write(parsed.help);
    return ExitCode.DONE;
  }
  const program = (await command.load()) as Run<Readonly<Record<string, unknown>>>;
  return await program({ ...parsed, out, err, commands });
}

/** Whether there is something to read without being told what: a database here, or buffers and a terminal to show them on. */
function mayRead(out: Output): boolean {
  return existsSync(DEFAULT_DATABASE) || (out.terminal && process.stdin.isTTY === true);
}

/** A command line that calls no command: it asks for help, or it is too short. */
async function incomplete(words: readonly string[], rest: readonly string[], out: Output): Promise<ExitCode> {
  const [option] = rest;
  if (option === undefined && words.length > 0) {
    throw new UsageError(
      `Incomplete command: "${words.join(' ')}" goes on with ${nextWords(words, commands)}`,
    );
  }
  if (option !== undefined && option !== '--help' && option !== '-h') {
    throw new UsageError(
      `Unknown option ${JSON.stringify(option)}; options come after the words of a command`,
    );
  }
  await out.write(overview(words, commands, out.columns));
  return ExitCode.DONE;
}

function nextWords(words: readonly string[], all: readonly CommandSpec[]): string {
  const next = all
    .filter((command) => words.every((word, index) => command.words[index] === word))
    .map((command) => `"${command.words[words.length]}"`);
  return [...new Set(next)].join(' or ');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return (manifest as { readonly version: string }).version;
}
