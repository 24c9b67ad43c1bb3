import {
  type DeliveryState,
  forwardSyslog,
  readDeliveryStatus,
  readLogConfiguration,
} from '@tracebuf/exos-log';
import { visibleText } from '@tracebuf/ring';
import type { Invocation } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, stoppedAsMeant } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import type { Output } from '../output.ts';
import { plural } from '../quantity.ts';
import type { ForwardOptions } from './forward-options.ts';

/** What was said of a target last. */
interface Said {
  readonly connection: DeliveryState['connection'];
  readonly error: string | undefined;
  readonly lost: number;
}

/** `forward --syslog`: delivers the system log of all processes, and tells on standard error how that goes. */
export async function forwardToSyslog({ options, out, err }: Invocation<ForwardOptions>): Promise<ExitCode> {
  const { quiet = false, json = false } = options;
  if (!quiet) await announce(err);
  const reporter = new Reporter(quiet, err);
  const code = await interruptible(async (signal) => {
    await forwardSyslog({ signal, onProgress: (states) => reporter.tell(states) });
    return ExitCode.DONE;
  });
  await reporter.written();
  for (const { target, delivered, lost, repeated, failed, resent, ...rest } of readDeliveryStatus().targets) {
    if (!target.startsWith('syslog ')) continue;
    const counts = { target, delivered, lost, repeated, failed, resent };
    if (json) await out.write(jsonLine({ ...counts, lastError: rest.lastError }));
    else if (!quiet)
      await err.line(
        `# ${visibleText(target)}: ${delivered} delivered, ${lost} lost, ${repeated} summed up as repeats, ${failed} not to be sent, ${resent} sent again`,
      );
  }
  return stoppedAsMeant(code);
}

async function announce(err: Output): Promise<void> {
  const targets = readLogConfiguration().targets.filter(({ kind, enabled }) => kind === 'syslog' && enabled);
  if (targets.length === 0) {
    await err.line(
      '# no syslog target is enabled; waiting for "configure syslog add …" and "enable log target syslog …"',
    );
  }
  for (const { name } of targets) await err.line(`# delivering to ${visibleText(name)}; Ctrl-C ends it`);
}

/** Tells what changes, a line each. */
class Reporter {
  readonly #quiet: boolean;
  readonly #err: Output;
  readonly #said = new Map<string, Said>();
  #written: Promise<void> = Promise.resolve();

  constructor(quiet: boolean, err: Output) {
    this.#quiet = quiet;
    this.#err = err;
  }

  tell(states: readonly DeliveryState[]): void {
    for (const { target, connection, lastError: error, lost } of states) {
      const before = this.#said.get(target) ?? { connection: 'idle', error, lost };
      this.#said.set(target, { connection, error, lost });
      if (connection === 'connecting' && (before.connection !== connection || before.error !== error))
        this.#line(target, `trying to connect${error === undefined ? '' : `: ${error}`}`);
      if (connection === 'connected' && before.connection !== connection && !this.#quiet)
        this.#line(target, 'connected');
      if (lost > before.lost)
        this.#line(target, `${plural(lost - before.lost, 'incident')} lost before they could be delivered`);
    }
  }

  /** Resolves when all is written. */
  async written(): Promise<void> {
    await this.#written;
  }

  #line(target: string, text: string): void {
    this.#written = this.#written.then(
      async () => await this.#err.line(`# ${visibleText(target)}: ${visibleText(text)}`),
    );
    // Who is told nothing goes on delivering.
    this.#written = this.#written.catch(() => {});
  }
}
