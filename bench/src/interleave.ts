import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Effort, Measurement } from './comparison.ts';
import { lowerQuartile, median, summary } from './statistics.ts';

/** How long a contender may take to warm up, to run a batch or to end, in milliseconds. */
const TIMEOUT = 60_000;

/** How a contender is started. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The command of a contender in JavaScript: a function in the `contenders` that a module exports. */
export function contender(module: string, name: string): Command {
  const program = fileURLToPath(new URL('contender-process.ts', import.meta.url));
  return { file: process.execPath, args: ['--conditions=@tracebuf/source', program, module, name] };
}

/**
 * What the batches of the two sides took in one pair of processes: nanoseconds of processor time for each operation, on
 * all threads of the process. Unlike time on the wall it does not grow when other programs want the processor.
 */
export interface Generation {
  readonly subject: readonly number[];
  readonly reference: readonly number[];
}

/** A contender's process, which runs one batch when asked. */
class Runner {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #errors: Promise<string>;
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
    this.#child = spawn(command.file, command.args, { env: { ...process.env, ...command.env } });
    this.#errors = text(this.#child.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    // A process that dies is noticed by the end of its output; writing to it must not be the end of this one.
    this.#child.stdin.on('error', () => {});
  }

  async ready(): Promise<void> {
    const line = await this.#line();
    if (line !== 'ready') throw new Error(`${this.#described()} started with "${line}"`);
  }

  async batch(): Promise<number> {
    this.#child.stdin.write('\n');
    const line = await this.#line();
    const [, operations, cpu] = /^(\d+) (\d+)$/.exec(line) ?? [];
    if (cpu === undefined) throw new Error(`${this.#described()} answered "${line}" to a batch`);
    return Number(cpu) / Number(operations);
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), TIMEOUT);
    await once(this.#child, 'close');
    clearTimeout(timer);
  }

  async #line(): Promise<string> {
    // One that hangs must not hang the others.
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), TIMEOUT);
    const { done, value } = await this.#lines.next();
    clearTimeout(timer);
    if (done !== true) return value;
    throw new Error(`${this.#described()} ended early:\n${await this.#errors}`);
  }

  #described(): string {
    return `The contender "${[this.#command.file, ...this.#command.args].join(' ')}"`;
  }
}

/**
 * Runs batches of two contenders in turn. Each has a process of its own, so that V8's knowledge of what one does
 * does not slow the other down, and each waits while the other runs.
 */
export async function interleave(
  subject: Command,
  reference: Command,
  effort: Effort,
): Promise<Generation[]> {
  const generations: Generation[] = [];
  for (let i = 0; i < effort.generations; i++) {
    const a = new Runner(subject);
    const b = new Runner(reference);
    try {
      // One after the other: warming up at the same time they would get in each other's way.
      await a.ready();
      await b.ready();
      generations.push(await alternate(a, b, effort.rounds));
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  }
  return generations;
}

async function alternate(a: Runner, b: Runner, rounds: number): Promise<Generation> {
  const subject: number[] = [];
  const reference: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that neither always follows the other.
    if (round % 2 === 0) {
      subject.push(await a.batch());
      reference.push(await b.batch());
    } else {
      reference.push(await b.batch());
      subject.push(await a.batch());
    }
  }
  return { subject, reference };
}

/** Runs batches of one contender that has no other side. */
export async function repeat(subject: Command, effort: Effort): Promise<(readonly number[])[]> {
  const generations: number[][] = [];
  for (let i = 0; i < effort.generations; i++) {
    const runner = new Runner(subject);
    try {
      await runner.ready();
      const batches: number[] = [];
      for (let round = 0; round < effort.rounds; round++) batches.push(await runner.batch());
      generations.push(batches);
    } finally {
      await runner.close();
    }
  }
  return generations;
}

/** Operations a second, at the lower quartile of the time that one took. */
export function rate(generations: readonly (readonly number[])[]): Measurement {
  const perSecond = (batches: readonly number[]) => 1e9 / lowerQuartile(batches);
  const each = generations.map(perSecond);
  const value = perSecond(generations.flat());
  return {
    value,
    spread: [Math.min(...each), Math.max(...each)],
    detail: `${nanoseconds(1e9 / value)} each`,
  };
}

/** The subject's cost over the reference's, each the lower quartile of its batches. */
export function ratio(generations: readonly Generation[]): Measurement {
  return relate(generations, (subject, reference) => subject / reference);
}

/** The subject's cost less the reference's, in nanoseconds, each the lower quartile of its batches. */
export function difference(generations: readonly Generation[]): Measurement {
  return relate(generations, (subject, reference) => subject - reference);
}

/** The subject's cost in nanoseconds, with the reference beside it. */
export function cost(generations: readonly Generation[]): Measurement {
  return relate(generations, (subject) => subject);
}

function relate(
  generations: readonly Generation[],
  figure: (subject: number, reference: number) => number,
): Measurement {
  const each = generations.map((pair) => figure(lowerQuartile(pair.subject), lowerQuartile(pair.reference)));
  const subject = median(generations.map((pair) => lowerQuartile(pair.subject)));
  const reference = median(generations.map((pair) => lowerQuartile(pair.reference)));
  return { ...summary(each), detail: `${nanoseconds(subject)} over ${nanoseconds(reference)}` };
}

function nanoseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ns`;
}
