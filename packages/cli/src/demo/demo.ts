import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { rootPath } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause } from '../interruption.ts';
import type { Output } from '../output.ts';
import { type Column, formatTable } from '../table.ts';
import { AUDIT_BUFFER, BUFFER_SIZE, HTTP_BUFFER } from './answer.ts';
import { DemoError } from './demo-error.ts';
import { Load } from './load.ts';
import { SERVICE, ServiceProcess } from './service-process.ts';
import { startTraceCli } from './trace-cli-process.ts';
import { type Finding, findingsOf } from './verdict.ts';

/** Milliseconds after which the demo gives up. */
const DEADLINE = 18_000;

/** How long the service is under load before it is looked at, in milliseconds. */
const LOAD_TIME = 2000;

/** Records that are shown of what is there. */
const SHOWN = 8;

/** Shows all that trace buffers are for: see `trace-cli help demo`. */
export const demo: Run<Record<string, never>> = async ({ out }) =>
  await interruptible(
    async (interrupted) => {
      const directory = makeDirectory();
      const remove = (): void => rmSync(directory, { recursive: true, force: true });
      // A second Ctrl-C ends the process where it stands, but not without this.
      process.once('exit', remove);
      const deadline = AbortSignal.timeout(DEADLINE);
      const signal = AbortSignal.any([interrupted, deadline]);
      try {
        return await show(out, directory, signal);
      } catch (error) {
        if (interrupted.aborted) return ExitCode.INTERRUPTED;
        if (deadline.aborted) {
          throw new DemoError(
            `The demo was not done after ${DEADLINE / 1000} seconds; the machine seems to be very busy: try again.`,
          );
        }
        throw error;
      } finally {
        remove();
        process.off('exit', remove);
      }
      // A terminal that is closed must not leave the demo's buffers in memory.
    },
    ['SIGHUP'],
  );

/** A place like that of the user's own trace buffers, but not theirs: the demo must show, and remove, only its own. */
function makeDirectory(): string {
  const name = 'tracebuf-demo-';
  try {
    return mkdtempSync(join(dirname(rootPath()), name));
  } catch {
    // It may not be there yet, or be no place to write.
    return mkdtempSync(join(tmpdir(), name));
  }
}

async function show(out: Output, directory: string, signal: AbortSignal): Promise<ExitCode> {
  const stage = new Stage(out, directory, signal);
  await stage.explain('A small HTTP service logs through pino and winston, each with a trace buffer:');
  const size = BUFFER_SIZE;
  await out.line(`   pino({}, traceBuffer({ name: '${HTTP_BUFFER}', size: ${size} }))`);
  await out.line(
    `   winston … transports: [new TraceBufferTransport({ name: '${AUDIT_BUFFER}', size: ${size} })]`,
  );

  const service = await ServiceProcess.start(stage.env, signal);
  let load: Load | undefined;
  try {
    load = new Load(service.port);
    await pause(LOAD_TIME, signal);
    await stage.explain(`It serves on port ${service.port}. Under load, from outside:`);
    await stage.type('ps', '--rate');
    await stage.type('show', 'trace', SERVICE, 'all', '--last', String(SHOWN));

    // Right behind an answer: what it vouches for is microseconds old.
    await load.nextAnswer(signal);
    const { inFlight } = load;
    service.kill();
    await stage.explain(
      `SIGKILL in mid-flight: kill -9 ${service.pid}, with ${inFlight} requests on their way.`,
    );
  } finally {
    await service.dispose();
    await load?.stop();
  }
  await stage.explain('The process is gone. Its trace buffers are not:');
  await stage.type('ps');
  await stage.type('show', 'trace', SERVICE, 'all', '--last', String(SHOWN));

  const json = await stage.run(['show', 'trace', SERVICE, 'all', '--json']);
  await stage.explain('Is every request that was answered in the buffers?');
  return await judge(stage, out, findingsOf(load.answers, json));
}

/** A finding as a line of a table; `IN FLIGHT` are requests that were logged and then not answered any more. */
const COLUMNS: readonly Column<Finding>[] = [
  { title: 'RECORDS', text: ({ what }) => what },
  { title: 'ANSWERED', align: 'right', text: ({ answered }) => count(answered) },
  { title: 'FOUND', align: 'right', text: ({ found }) => count(found) },
  { title: 'OVERWRITTEN', align: 'right', text: ({ overwritten }) => count(overwritten) },
  { title: 'MISSING', align: 'right', text: ({ missing }) => count(missing.length) },
  { title: 'IN FLIGHT', align: 'right', text: ({ unanswered }) => count(unanswered) },
];

async function judge(stage: Stage, out: Output, findings: readonly Finding[]): Promise<ExitCode> {
  await out.write(formatTable(COLUMNS, findings, out.color));
  const answered = findings[0]?.answered ?? 0;
  const missing = findings.reduce((sum, finding) => sum + finding.missing.length, 0);
  // Buffers in which nothing is found would prove nothing.
  const proven = findings.every(({ answered, found }) => answered === 0 || found > 0) && answered > 0;
  if (missing === 0 && proven) {
    await out.line(
      stage.styled(
        'green',
        `\nVerdict: nothing was lost. The service answered ${count(answered)} requests and was killed; no record is missing.`,
      ),
    );
    return ExitCode.DONE;
  }
  const numbers = findings.flatMap(({ what, missing }) =>
    missing.slice(0, 5).map((number) => `${number} of ${what}`),
  );
  const reason = proven
    ? `${count(missing)} records are missing, such as ${numbers.join('; ')}`
    : 'there was nothing to compare';
  await out.line(
    stage.styled('red', `\nVerdict: FAILED. The service answered ${count(answered)} requests; ${reason}.`),
  );
  return ExitCode.FAILED;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

/** Where the demo happens: what is said, and the command lines that are typed. */
class Stage {
  readonly env: NodeJS.ProcessEnv;
  readonly #out: Output;
  readonly #signal: AbortSignal;

  constructor(out: Output, directory: string, signal: AbortSignal) {
    this.#out = out;
    this.#signal = signal;
    this.env = {
      ...process.env,
      TRACEBUF_DIR: join(directory, 'rings'),
      [out.color ? 'FORCE_COLOR' : 'NO_COLOR']: '1',
    };
    if (!out.color) delete this.env.FORCE_COLOR;
  }

  styled(style: 'bold' | 'green' | 'red', line: string): string {
    return this.#out.color ? styleText(style, line, { validateStream: false }) : line;
  }

  async explain(line: string): Promise<void> {
    await this.#out.line(`\n${this.styled('bold', line)}`);
  }

  /** Shows a command line, as one would type it, and what it prints. */
  async type(...args: string[]): Promise<void> {
    await this.#out.line(`\n$ trace-cli ${args.join(' ')}`);
    await this.#out.write(await this.run(args));
  }

  /** Runs a command line for what it prints. */
  async run(args: readonly string[]): Promise<string> {
    this.#signal.throwIfAborted();
    const child = startTraceCli(args, {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: this.#signal,
      killSignal: 'SIGKILL',
    });
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new DemoError('A process without output was started.');
    const [code, output, errors] = await Promise.all([closed, text(stdout), text(stderr)]);
    if (code === 0) return output;
    throw new DemoError(`"trace-cli ${args.join(' ')}" ended with exit code ${code}: ${errors.trim()}`);
  }
}
