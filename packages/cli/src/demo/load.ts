import { Agent, get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';

/** Requests that are on their way at once, at most. */
const CLIENTS = 16;

/** How long a client waits between an answer and its next request, in milliseconds: load, not an attack. */
const PAUSE = 2;

/** No more requests than this, however long it takes. */
const MAX_REQUESTS = 60_000;

/** Sends requests to the service, several at a time, and remembers what was answered. */
export class Load {
  /** Answers that arrived whole, in the order in which they did. */
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  readonly #port: number;
  readonly #clients: Promise<unknown>;
  #requests = 0;
  #inFlight = 0;
  #stopped = false;
  #onAnswer: (() => void) | undefined;

  /** Starts at once. */
  constructor(port: number) {
    this.#port = port;
    this.#clients = Promise.all(Array.from({ length: CLIENTS }, () => this.#client()));
  }

  /** Requests that have been sent and not been answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Waits for an answer that comes while other requests are on their way. */
  async nextAnswer(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (signal.aborted) reject(signal.reason);
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#onAnswer = () => {
        if (this.#inFlight > 0) resolve();
      };
    });
    this.#onAnswer = undefined;
  }

  /** Sends no more, drops what is on its way, and waits for the clients to end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#agent.destroy();
    await this.#clients;
  }

  async #client(): Promise<void> {
    while (!this.#stopped && this.#requests++ < MAX_REQUESTS) {
      try {
        await this.#request();
      } catch {
        // The service is gone: that is what the demo is about.
        return;
      }
      await delay(PAUSE);
    }
  }

  async #request(): Promise<void> {
    this.#inFlight++;
    let answer: Answer;
    try {
      answer = JSON.parse(await this.#get(`/orders/${this.#requests}`)) as Answer;
    } finally {
      this.#inFlight--;
    }
    this.answers.push(answer);
    this.#onAnswer?.();
  }

  #get(path: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port: this.#port, path, agent: this.#agent }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        response.once('end', () => resolve(body));
        response.once('error', reject);
      });
      request.once('error', reject);
    });
  }
}
