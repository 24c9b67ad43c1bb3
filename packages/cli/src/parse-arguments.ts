import { Command, CommanderError, Option } from 'commander';
import { type CommandSpec, type OperandSpec, usageOf } from './command.ts';
import { UsageError } from './errors.ts';
import { matchWord } from './match-word.ts';
import { suggestion } from './suggestion.ts';
import { wrap } from './wrap.ts';

/** What a command line asks of a command. */
export type ParsedArguments =
  | { readonly help: string }
  | {
      /** Operands in order, keywords left out. */
      readonly operands: readonly string[];
      /** Values by the option's long name in camel case, those that were given only. */
      readonly options: Readonly<Record<string, unknown>>;
    };

/** What stands before a usage. */
const USAGE = 'Usage: ';
/** Options of every command. */
const DEBUG_FLAGS = '--debug';

/**
 * Reads what follows the words of a command.
 *
 * @param args May hold options anywhere.
 * @param columns Width of the help text.
 * @throws UsageError
 */
export function parseArguments(spec: CommandSpec, args: readonly string[], columns: number): ParsedArguments {
  let help: string | undefined;
  const program = describe(spec, columns).configureOutput({
    writeOut: (text) => {
      help = (help ?? '') + text;
    },
    // The error that follows says the same.
    writeErr: () => undefined,
    getOutHelpWidth: () => columns,
    getOutHasColors: () => false,
  });
  try {
    program.parse(inFull(spec, args), { from: 'user' });
  } catch (error) {
    if (help !== undefined) return { help };
    throw error instanceof CommanderError ? usageError(spec, error, program) : error;
  }
  return { operands: readOperands(spec, program.args), options: program.opts() };
}

/** Options that are written in the way of other programs, in ours. */
function inFull({ options }: CommandSpec, args: readonly string[]): string[] {
  return args.map((arg) => {
    const option = options.find(({ alias }) => alias !== undefined && alias === arg.toLowerCase());
    return /--[\w-]+/.exec(option?.flags ?? '')?.[0] ?? arg;
  });
}

/** The help text of one command. */
export function helpOf(spec: CommandSpec, columns: number): string {
  const parsed = parseArguments(spec, ['--help'], columns);
  return 'help' in parsed ? parsed.help : '';
}

function describe(spec: CommandSpec, columns: number): Command {
  const program = new Command(`trace-cli ${spec.words.join(' ')}`)
    .usage(usageLines(spec, columns))
    .description(
      spec.details === undefined
        ? `${sentence(spec.summary)}`
        : `${sentence(spec.summary)}\n\n${unwrapped(spec.details)}`,
    )
    .helpOption('-h, --help', 'show this help')
    .allowExcessArguments(true)
    .exitOverride();
  // All are optional here: what is missing is told by readOperands, which knows what would do.
  for (const { usage, description, presence } of spec.operands) {
    // What a syntax shows needs no list.
    if (presence === 'keyword' || spec.syntax !== undefined) continue;
    program.argument(`[${bareName(usage)}]`, description);
  }
  for (const { flags, description, parse } of spec.options) {
    const option = new Option(flags, description);
    if (parse !== undefined) option.argParser(parse);
    program.addOption(option);
  }
  program.addOption(new Option(DEBUG_FLAGS, 'show the stack of an error'));
  program.addHelpText('after', examplesOf(spec));
  return program;
}

/** What help shows behind the words of a command, broken so that it stands below itself. */
function usageLines(spec: CommandSpec, columns: number): string {
  const lines = wrap(usageOf(spec), columns - USAGE.length);
  return lines.join(`\n${' '.repeat(USAGE.length)}`).slice(`trace-cli ${spec.words.join(' ')} `.length);
}

/** Paragraphs, each one line, so that they are broken for the terminal; a line that begins with a space stays one. */
function unwrapped(text: string): string {
  return text.replace(/(?<=\S)\n(?=\S)/g, ' ');
}

function sentence(summary: string): string {
  return `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`;
}

/** `<buf>|all` is the argument `buf`. */
function bareName(usage: string): string {
  return /[\w-]+/.exec(usage)?.[0] ?? usage;
}

function examplesOf({ examples }: CommandSpec): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, meaning]) => `  # ${meaning}\n  trace-cli ${line}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

function readOperands(spec: CommandSpec, given: readonly string[]): string[] {
  const operands: string[] = [];
  const fail = (what: string): never => {
    throw new UsageError(`${what}; usage: ${usageOf(spec)}`);
  };
  let at = 0;
  for (const operand of spec.operands) {
    const word = given[at];
    if (operand.presence === 'rest') return [...operands, ...given.slice(at)];
    if (word === undefined) {
      if (operand.presence === 'optional') break;
      return fail(`${operand.usage} is missing: give ${wanted(operand)}`);
    }
    if (operand.presence !== 'keyword') operands.push(word);
    else if (matchWord(word, [operand.usage]) === undefined) {
      return fail(`Expected the word "${operand.usage}" instead of ${JSON.stringify(word)}`);
    }
    at += 1;
  }
  const extra = given[at];
  if (extra !== undefined) return fail(`One word too many: ${JSON.stringify(extra)}`);
  return operands;
}

function wanted({ presence, usage, description }: OperandSpec): string {
  return presence === 'keyword' ? `the word "${usage}"` : description;
}

/** Says what commander says, in the form of our other errors. */
function usageError(spec: CommandSpec, error: CommanderError, program: Command): Error {
  const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const call = `"trace-cli ${spec.words.join(' ')} --help" shows the options`;
  if (error.code === 'commander.unknownOption') {
    const known = [...program.options.flatMap(({ long }) => long ?? []), '--help'];
    return new UsageError(`Unknown option ${JSON.stringify(name)}${suggestion(name, known, `; ${call}`)}`);
  }
  if (error.code === 'commander.optionMissingArgument') {
    return new UsageError(`Option ${JSON.stringify(name)} lacks its value; ${call}`);
  }
  return new UsageError(error.message.replace(/^error: /, ''));
}
