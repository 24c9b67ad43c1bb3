import { Worker } from 'node:worker_threads';
import type { LogConfiguration } from '../configuration.ts';
import { Mail } from './delivery-mail.ts';

/**
 * How long the end of a program waits for its last incidents to be shown on its console, in milliseconds: for the worker to
 * start, where the program was short, and then for the lines to go out, unless nobody reads.
 */
const LAST_WORDS_MS = { start: 5000, answer: 1000 } as const;

/** Mebibytes of heap: what is delivered is read in small pieces. */
const HEAP_MB = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 } as const;

/**
 * The worker thread that shows this process's incidents on its console, and is ready to deliver those of all processes to
 * syslog servers. It neither keeps the program running nor holds it up, and goes on where the program's loop is stuck.
 */
export class DeliveryThread {
  readonly #mail = new Mail();
  #worker: Worker | undefined;
  #hasConsole = false;
  #warned = false;
  #listens = false;

  /** Starts or ends it as a configuration asks for. Never throws. */
  obey({ targets }: LogConfiguration): void {
    const enabled = targets.filter(
      ({ kind, enabled }) => enabled && (kind === 'syslog' || kind === 'console'),
    );
    this.#hasConsole = enabled.some(({ kind }) => kind === 'console');
    // Once started it stays: it may have to bring out the last of what is no longer wanted from now on.
    if (enabled.length > 0 && this.#worker === undefined) this.#start();
  }

  /** Asks it to bring out what there is; see {@link Mail.request}. @returns Whether the console has shown all of it. */
  request(): () => boolean {
    const number = this.#mail.request();
    return () => !this.#hasConsole || this.#worker === undefined || this.#mail.isAnswered(number);
  }

  #start(): void {
    try {
      const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
      const worker = new Worker(new URL(`./delivery-worker.${extension}`, import.meta.url), {
        name: 'tracebuf-delivery',
        workerData: this.#mail.memory,
        resourceLimits: HEAP_MB,
        // What a program preloads is for its own threads.
        execArgv: conditionsOf(process.execArgv),
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      this.#worker = worker;
      worker.unref();
      worker.on('error', (error: unknown) => this.#fail(error));
      // Tried again with the next configuration, so that what always fails does not do so all the time.
      worker.on('exit', () => {
        this.#worker = undefined;
      });
      if (!this.#listens) process.on('exit', () => this.#lastWords());
      this.#listens = true;
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The last lines before the end are the most telling ones. */
  #lastWords(): void {
    if (!this.#hasConsole || this.#worker === undefined) return;
    const request = this.#mail.request();
    if (this.#mail.waitForStart(LAST_WORDS_MS.start)) this.#mail.waitForAnswer(request, LAST_WORDS_MS.answer);
  }

  #fail(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(
      `Incidents are not delivered by this program: ${reason}. "trace-cli forward --syslog" does it instead.`,
      { code: 'ERR_TRACEBUF_DELIVERY' },
    );
  }
}

/** The options that decide which files a package's name means. */
function conditionsOf(options: readonly string[]): string[] {
  return options.flatMap((option, index) => {
    if (option.startsWith('--conditions=')) return [option];
    if (option !== '--conditions' && option !== '-C') return [];
    const value = options[index + 1];
    return value === undefined ? [] : [`--conditions=${value}`];
  });
}

let own: DeliveryThread | undefined;

/** The one of this thread. */
export function deliveryThread(): DeliveryThread {
  own ??= new DeliveryThread();
  return own;
}
