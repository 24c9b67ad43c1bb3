import type { CommandSpec, Completable, OptionSpec } from '../command.ts';
import { LEVEL_NAMES } from '../option-values.ts';
import { shortState } from '../process-state.ts';
import { knownProviders } from '../provider/find-provider.ts';
import { resolveWords } from '../resolve-words.ts';
import { allProcesses, bufferNames, findProcessEntries, isAll } from '../target.ts';
import { type Candidate, WordReader } from '../word-reader.ts';

/**
 * What can stand in place of the last word.
 *
 * @param words The words behind the program's name up to the cursor; the last one is what is being typed.
 */
export async function candidates(
  words: readonly string[],
  commands: readonly CommandSpec[],
): Promise<Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const found = await offered(before, typed, commands);
  const wanted = typed.toLowerCase();
  return found.filter(({ value }) => value.toLowerCase().startsWith(wanted));
}

async function offered(
  before: readonly string[],
  typed: string,
  commands: readonly CommandSpec[],
): Promise<Candidate[]> {
  const { command, words, rest } = resolveWords(before, commands);
  const next = nextWords(words, commands);
  if (command === undefined) return next;
  const behind = await behindWords(command, rest, typed, commands);
  // Another command may go on where this one has no word yet.
  return rest.length === 0 && !typed.startsWith('-') ? [...next, ...behind] : behind;
}

async function behindWords(
  command: CommandSpec,
  rest: readonly string[],
  typed: string,
  commands: readonly CommandSpec[],
): Promise<Candidate[]> {
  const assigned = /^(--[\w-]+)=/.exec(typed);
  if (assigned !== null) {
    const values = valuesOf(optionOf(command, assigned[1] ?? '')?.completes, [], commands);
    return values.map(({ value, ...more }) => ({ value: `${assigned[0]}${value}`, ...more }));
  }
  const option = optionOf(command, rest.at(-1) ?? '');
  if (option !== undefined && takesValue(option)) return valuesOf(option.completes, [], commands);
  if (typed.startsWith('-')) return command.options.flatMap(optionNames);
  const operands = operandsIn(command, rest);
  if (command.grammar !== undefined) return offersOf(await command.grammar(), command, operands, typed);
  const next =
    command.operands[operands.length] ?? command.operands.findLast(({ presence }) => presence === 'rest');
  if (next === undefined) return [];
  if (next.presence === 'keyword') return [{ value: next.usage }];
  return valuesOf(next.completes, operands, commands);
}

/** What a grammar asks for where the operands end. */
function offersOf(
  read: (reader: WordReader) => unknown,
  { words }: CommandSpec,
  operands: readonly string[],
  typed: string,
): Candidate[] {
  const reader = new WordReader(operands, words.join(' '), typed);
  try {
    read(reader);
  } catch {
    // It asks for more than there is yet.
  }
  return [...reader.offers];
}

function nextWords(words: readonly string[], commands: readonly CommandSpec[]): Candidate[] {
  const next = new Map<string, Candidate>();
  for (const command of commands) {
    const value = command.words[words.length];
    if (command.hidden === true || value === undefined || next.has(value)) continue;
    if (!words.every((word, index) => command.words[index] === word)) continue;
    const last = command.words.length === words.length + 1;
    next.set(value, last ? { value, description: command.summary } : { value });
  }
  return [...next.values()];
}

function valuesOf(
  what: Completable | undefined,
  operands: readonly string[],
  commands: readonly CommandSpec[],
): Candidate[] {
  switch (what) {
    case undefined:
      return [];
    case 'process':
      return processCandidates();
    case 'buffer':
      return bufferCandidates(operands[0] ?? 'all');
    case 'provider':
      return providerCandidates();
    case 'level':
      return LEVEL_NAMES.map((value) => ({ value }));
    case 'command':
      return nextWords(resolveWords(operands, commands).words, commands);
    default:
      return what.map((value) => ({ value }));
  }
}

/** Names, then pids alone and behind their names. */
function processCandidates(): Candidate[] {
  const { processes } = allProcesses();
  const names = [...new Set(processes.map(({ name }) => name))];
  const single = processes.flatMap((process) => {
    const { name, pid } = process;
    const description = `${name} ${shortState(process)}`;
    return [
      { value: `${name}.${pid}`, description: shortState(process) },
      { value: String(pid), description },
    ];
  });
  return withAll([...names.map((value) => ({ value })), ...single], 'all processes');
}

/** Names of ETW providers, or GUIDs of those without. */
function providerCandidates(): Candidate[] {
  const { providers, remembered } = knownProviders();
  const ids = new Map([...remembered, ...providers].map(({ id, name }) => [id, name ?? id]));
  return [...new Set(ids.values())].sort().map((value) => ({ value }));
}

function bufferCandidates(proc: string): Candidate[] {
  const names = new Set(findProcessEntries(proc).flatMap(bufferNames));
  return withAll(
    [...names].sort().map((value) => ({ value })),
    'all trace buffers',
  );
}

/** Files of other writers may be called so, too: the word means all the same. */
function withAll(found: readonly Candidate[], description: string): Candidate[] {
  return [...found.filter(({ value }) => !isAll(value)), { value: 'all', description }];
}

function optionNames({ flags, description }: OptionSpec): Candidate[] {
  return namesIn(flags).map((value) => ({ value, description }));
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes('<');
}

function optionOf({ options }: CommandSpec, name: string): OptionSpec | undefined {
  return options.find(({ flags }) => namesIn(flags).includes(name));
}

/** `-n` and `--last` of `-n, --last <count>`. */
function namesIn(flags: string): string[] {
  return Array.from(flags.matchAll(/(?<![\w-])--?[a-z][\w-]*/g), ([name]) => name);
}

/** The words behind those of the command that are neither options nor their values. */
function operandsIn(command: CommandSpec, rest: readonly string[]): string[] {
  const operands: string[] = [];
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (!word.startsWith('-')) operands.push(word);
    else {
      const option = optionOf(command, word);
      if (option !== undefined && takesValue(option)) at += 1;
    }
  }
  return operands;
}
