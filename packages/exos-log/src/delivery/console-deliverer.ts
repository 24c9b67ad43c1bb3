import { processKey } from '@tracebuf/ring/files';
import type { LogConfiguration } from '../configuration.ts';
import type { LogTarget } from '../log-target.ts';
import type { ConfigurationWatch } from './configuration-watch.ts';
import { ConsoleSink } from './console-sink.ts';
import { consoleFileName, stateStore } from './delivery-directory.ts';
import { presentProcesses } from './process-list.ts';
import { pause } from './syslog-deliverer.ts';
import { TargetDelivery } from './target-delivery.ts';

const LOOK_MS = 250;

/** Shows the incidents of this process, all of its threads, on its standard error while the console target is enabled. */
export class ConsoleDeliverer {
  readonly #watch: ConfigurationWatch;
  #delivery: TargetDelivery | undefined;

  constructor(watch: ConfigurationWatch) {
    this.#watch = watch;
  }

  /** Delivers until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#watch.look();
      const target = enabledConsole(this.#watch.configuration);
      if (target === undefined) await pause(LOOK_MS, signal);
      else await this.#runWith(target, signal);
    }
  }

  /** Shows what was raised until now; resolves when that is done. */
  async drain(): Promise<void> {
    await this.#delivery?.drain(processKey());
  }

  async #runWith(first: LogTarget, signal: AbortSignal): Promise<void> {
    let { configuration } = this.#watch;
    const sink = new ConsoleSink(first);
    const delivery = new TargetDelivery(
      configuration,
      first,
      sink,
      stateStore(consoleFileName(processKey())),
    );
    update(delivery);
    this.#delivery = delivery;
    const controller = new AbortController();
    const ended = delivery.run(controller.signal);
    for (;;) {
      await pause(LOOK_MS, signal);
      this.#watch.look();
      const target = enabledConsole(this.#watch.configuration);
      if (signal.aborted || target === undefined) break;
      if (configuration !== this.#watch.configuration) {
        configuration = this.#watch.configuration;
        sink.configure(target);
        delivery.configure(configuration, target);
      }
      update(delivery);
    }
    this.#delivery = undefined;
    controller.abort();
    await ended;
  }
}

function enabledConsole({ targets }: LogConfiguration): LogTarget | undefined {
  return targets.find(({ kind, enabled }) => kind === 'console' && enabled);
}

function update(delivery: TargetDelivery): void {
  const own = processKey();
  delivery.update(presentProcesses().filter(({ key }) => key === own));
}
