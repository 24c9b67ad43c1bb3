import { listProcesses, visibleText } from '@tracebuf/ring';
import type { Invocation } from '../command.ts';
import { registerDecoders } from '../decoders.ts';
import { ForwardError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { interruptible, pause, stoppedAsMeant } from '../interruption.ts';
import { jsonLine } from '../json-line.ts';
import { plural } from '../quantity.ts';
import { Collector } from './collector.ts';
import { collectorOptions } from './collector-options.ts';
import { CursorFile } from './cursor-file.ts';
import { type OtlpOptions, signalUrl } from './otlp-options.ts';
import type { Feed, FeedStart } from './record-feed.ts';
import { type ForwarderTotals, SignalForwarder } from './signal-forwarder.ts';
import { LogSignal, type Signal, SpanSignal } from './signals.ts';

/** How often processes are looked for, in milliseconds. */
const UPDATE_MS = 1000;
/** How often rings are looked at that had nothing new, in milliseconds. */
const INTERVAL_MS = 500;
const BATCH_SIZE = 512;
/** Of `--once`. */
const MAX_TRIES = 5;

/** What forwards one signal, without what it sends. */
interface Forwarder {
  readonly signal: Signal<never>;
  readonly forwarder: SignalForwarder<never>;
  readonly collector: Collector;
}

/** `forward --otlp`: sends spans, log records and incidents to an OpenTelemetry collector until it is stopped. */
export async function forwardOtlp(
  url: URL,
  { options, out, err }: Invocation<OtlpOptions>,
): Promise<ExitCode> {
  registerDecoders();
  const { protocol = 'protobuf', batch = BATCH_SIZE, db, quiet = false, json = false } = options;
  // Nothing more comes in a database.
  const once = options.once === true || db !== undefined;
  const reach = collectorOptions(options, process.env);
  const contentType = protocol === 'json' ? 'application/json' : 'application/x-protobuf';
  const note = (text: string): void => {
    // Nobody reads what a service says when that can't be written; what it does is worth more.
    err.line(`# ${visibleText(text)}`).catch(() => undefined);
  };
  const settings = {
    batchSize: Math.max(1, batch),
    interval: INTERVAL_MS,
    once,
    maxTries: MAX_TRIES,
    note,
    ...(db === undefined ? {} : { feed: await storedFeed(db) }),
  };
  const forwarders: Forwarder[] = [];
  const add = <T>(signal: Signal<T>): void => {
    const endpoint = signalUrl(url, signal.path);
    const file = new CursorFile(endpoint.href);
    if (file.lock() === undefined) throw new ForwardError(endpoint.href);
    const collector = new Collector(endpoint, contentType, reach);
    const forwarder = new SignalForwarder(signal, collector, file, settings);
    forwarders.push({ signal, forwarder, collector } as unknown as Forwarder);
  };
  add(new SpanSignal(protocol));
  add(new LogSignal(protocol));

  if (!quiet && !once)
    await err.line(`# sending to ${visibleText(`${url.origin}${url.pathname}`)}; Ctrl-C ends it`);

  let sentAll = true;
  const code = await interruptible(async (aborted) => {
    // One that fails ends the other: half a forwarder would look like a whole one.
    const stop = new AbortController();
    aborted.addEventListener('abort', () => stop.abort());
    const watch = new ProcessWatch(forwarders, note);
    watch.update();
    const runs = forwarders.map(({ forwarder }) => forwarder.run(stop.signal));
    for (const run of runs) run.catch(() => stop.abort());
    const settled = Promise.allSettled(runs).then(() => stop.abort());
    while (!stop.signal.aborted) {
      await pause(UPDATE_MS, stop.signal);
      if (!stop.signal.aborted && !once) watch.update();
    }
    await settled;
    sentAll = (await Promise.all(runs)).every((all) => all);
    return ExitCode.DONE;
  });
  for (const { collector } of forwarders) collector.close();
  if (json)
    await out.write(
      jsonLine(
        Object.fromEntries(forwarders.map(({ signal, forwarder }) => [keyOf(signal), forwarder.totals])),
      ),
    );
  else if (!quiet)
    await out.line(
      forwarders.map(({ signal, forwarder }) => summary(signal.name, forwarder.totals)).join('; '),
    );
  if (once && !sentAll) return ExitCode.FAILED;
  const refused = forwarders.filter(({ forwarder }) => forwarder.totals.refused > 0);
  if (once && refused.length > 0) {
    const counts = refused.map(({ signal, forwarder }) =>
      plural(forwarder.totals.refused, signal.name.slice(0, -1)),
    );
    await err.line(
      `trace-cli: The collector has refused ${counts.join(' and ')}; what was refused is not sent again`,
    );
    return ExitCode.FAILED;
  }
  return once ? code : stoppedAsMeant(code);
}

/** What is sent of a database; each signal reads it for itself. */
async function storedFeed(path: string): Promise<(start: FeedStart) => Feed> {
  const { openStoredRecords } = await import('../stored-records.ts');
  const { StoredFeed } = await import('./stored-feed.ts');
  return (start) => new StoredFeed(openStoredRecords(path, {}), start);
}

/** Tells the forwarders which processes there are. */
class ProcessWatch {
  readonly #forwarders: readonly Forwarder[];
  readonly #note: (text: string) => void;
  #failure = '';

  constructor(forwarders: readonly Forwarder[], note: (text: string) => void) {
    this.#forwarders = forwarders;
    this.#note = note;
  }

  /** What can't be read now may be the next time: a service does not end over it. */
  update(): void {
    try {
      const { processes } = listProcesses();
      for (const { forwarder } of this.#forwarders) forwarder.update(processes);
      this.#failure = '';
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      if (failure !== this.#failure) this.#note(failure);
      this.#failure = failure;
    }
  }
}

function keyOf({ name }: Signal<never>): string {
  return name === 'spans' ? 'spans' : 'logs';
}

function summary(name: string, { sent, refused, lost, resent }: ForwarderTotals): string {
  const parts = [`${sent} ${name} sent`];
  if (refused > 0) parts.push(`${refused} refused`);
  if (lost > 0) parts.push(`${plural(lost, 'record')} overwritten before they could be sent`);
  if (resent > 0) parts.push(`${resent} perhaps twice`);
  return parts.join(', ');
}
