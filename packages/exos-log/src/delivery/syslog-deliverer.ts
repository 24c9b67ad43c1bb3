import type { ProcessEntry } from '@tracebuf/ring';
import type { LogConfiguration } from '../configuration.ts';
import type { LogTarget, SyslogServer } from '../log-target.ts';
import { saveComponent } from '../system-log/component-files.ts';
import type { ConfigurationWatch } from './configuration-watch.ts';
import { stateStore, sweepDeliveryFiles } from './delivery-directory.ts';
import { DELIVERY_COMPONENT } from './delivery-line.ts';
import { type DeliveryState, stateFileName } from './delivery-state.ts';
import { presentProcesses } from './process-list.ts';
import { SyslogSink } from './syslog-sink.ts';
import { TargetDelivery } from './target-delivery.ts';

/** How often processes and the configuration are looked at, in milliseconds. */
const LOOK_MS = 250;
/** How often what belongs to processes that are gone is removed, in milliseconds. */
const SWEEP_MS = 60_000;

interface Running {
  readonly delivery: TargetDelivery;
  readonly sink: SyslogSink;
  /** The server as text: where it changes, the delivery begins again. */
  readonly server: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Delivers the incidents of all processes of this user, live and dead, to all enabled syslog targets. There must be but
 * one on a host: see `DeliveryLock`.
 */
export class SyslogDeliverer {
  readonly #watch: ConfigurationWatch;
  readonly #running = new Map<string, Running>();
  /** What is still on its way out, by name of the target: the next one for it must wait. */
  readonly #ending = new Map<string, Promise<void>>();
  #obeyed: LogConfiguration | undefined;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(watch: ConfigurationWatch) {
    this.#watch = watch;
  }

  /** How the deliveries to the targets stand. */
  states(): DeliveryState[] {
    return [...this.#running.values()].map(({ delivery }) => delivery.state);
  }

  /** Delivers until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    quietly(() => saveComponent(DELIVERY_COMPONENT));
    while (!signal.aborted) {
      this.#watch.look();
      const processes = presentProcesses();
      this.#obey(processes);
      for (const { delivery } of this.#running.values()) delivery.update(processes);
      if (performance.now() - this.#sweptAt > SWEEP_MS) this.#sweep(processes);
      await pause(LOOK_MS, signal);
    }
    for (const name of this.#running.keys()) this.#stop(name);
    await Promise.all(this.#ending.values());
  }

  /** Brings out what a process has raised until now; resolves when that is done for each target. */
  async drain(process: string): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ delivery }) => delivery.drain(process)));
  }

  #obey(processes: readonly ProcessEntry[]): void {
    const { configuration } = this.#watch;
    const wanted = new Map<string, LogTarget>();
    for (const target of configuration.targets)
      if (target.enabled && target.syslog !== undefined) wanted.set(target.name, target);
    for (const [name, { server }] of this.#running) {
      if (JSON.stringify(wanted.get(name)?.syslog) !== server) this.#stop(name);
    }
    for (const target of wanted.values()) {
      const running = this.#running.get(target.name);
      if (configuration !== this.#obeyed) {
        running?.sink.configure(target);
        running?.delivery.configure(configuration, target);
      }
      if (running === undefined && target.syslog !== undefined && !this.#ending.has(target.name))
        this.#start(target, target.syslog, processes);
    }
    this.#obeyed = configuration;
  }

  #start(target: LogTarget, server: SyslogServer, processes: readonly ProcessEntry[]): void {
    const sink = new SyslogSink(target, server);
    const store = stateStore(stateFileName(target.name));
    const delivery = new TargetDelivery(this.#watch.configuration, target, sink, store);
    delivery.update(processes);
    const controller = new AbortController();
    const ended = delivery.run(controller.signal);
    this.#running.set(target.name, { delivery, sink, server: JSON.stringify(server), controller, ended });
  }

  #stop(name: string): void {
    const running = this.#running.get(name);
    if (running === undefined) return;
    this.#running.delete(name);
    running.controller.abort();
    this.#ending.set(
      name,
      running.ended.then(() => void this.#ending.delete(name)),
    );
  }

  #sweep(processes: readonly ProcessEntry[]): void {
    this.#sweptAt = performance.now();
    const keys = new Set(processes.map(({ key }) => key));
    const files = new Set(this.#watch.configuration.targets.map(({ name }) => stateFileName(name)));
    quietly(() => sweepDeliveryFiles(keys, files));
  }
}

/** Waits, shorter where the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // Of no use for what matters: the next time may do.
  }
}
