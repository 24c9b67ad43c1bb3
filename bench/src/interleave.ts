import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Effort, Measurement } from './comparison.ts';
import type { Batch } from './contender.ts';
import { lowerQuartile } from './statistics.ts';

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

/** Batches of the two sides, by pairs of processes. */
export interface Generation {
  readonly subject: readonly Batch[];
  readonly reference: readonly Batch[];
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
    await this.#line();
  }

  async batch(): Promise<Batch> {
    this.#child.stdin.write('\n');
    const [operations = Number.NaN, wall = Number.NaN, cpu = Number.NaN] = (await this.#line())
      .split(' ')
      .map(Number);
    return { wall: wall / operations, cpu: cpu / operations };
  }

  async close(): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
  }

  async #line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done !== true) return value;
    const command = [this.#command.file, ...this.#command.args].join(' ');
    throw new Error(`The contender "${command}" ended early:\n${await this.#errors}`);
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
  const subject: Batch[] = [];
  const reference: Batch[] = [];
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

/** Which time of a batch counts. */
export type Clock = keyof Batch;

/** The subject's cost over the reference's, each the lower quartile of its batches. */
export function ratio(generations: readonly Generation[], clock: Clock): Measurement {
  return combine(generations, clock, (subject, reference) => subject / reference);
}

/** The subject's cost less the reference's, in nanoseconds, each the lower quartile of its batches. */
export function difference(generations: readonly Generation[], clock: Clock): Measurement {
  return combine(generations, clock, (subject, reference) => subject - reference);
}

function combine(
  generations: readonly Generation[],
  clock: Clock,
  relate: (subject: number, reference: number) => number,
): Measurement {
  const cost = (batches: readonly Batch[]) => lowerQuartile(batches.map((batch) => batch[clock]));
  const subject = cost(generations.flatMap((generation) => generation.subject));
  const reference = cost(generations.flatMap((generation) => generation.reference));
  const each = generations.map((generation) => relate(cost(generation.subject), cost(generation.reference)));
  return {
    value: relate(subject, reference),
    spread: [Math.min(...each), Math.max(...each)],
    detail: `${nanoseconds(subject)} over ${nanoseconds(reference)}${clock === 'cpu' ? ' of CPU' : ''}`,
  };
}

function nanoseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ns`;
}
