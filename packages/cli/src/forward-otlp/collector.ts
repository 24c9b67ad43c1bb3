import type { Buffer } from 'node:buffer';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gzipSync } from 'node:zlib';
import { type Answer, readAnswer } from './answer.ts';

/** How to reach a collector. */
export interface CollectorOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for one request. */
  readonly timeout: number;
  readonly gzip: boolean;
  /** Certificates and key in PEM. */
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

const MAX_REASON = 200;

/** One endpoint of a collector, such as `/v1/logs`. Redirects are not followed: headers may hold secrets. */
export class Collector {
  readonly #url: URL;
  readonly #options: CollectorOptions;
  readonly #agent: HttpAgent;
  readonly #contentType: string;

  constructor(url: URL, contentType: string, options: CollectorOptions) {
    this.#url = url;
    this.#options = options;
    this.#contentType = contentType;
    const pool = { keepAlive: true, maxSockets: 1 };
    this.#agent =
      url.protocol === 'https:' ? new HttpsAgent({ ...pool, ...options.tls }) : new HttpAgent(pool);
  }

  /** Sends a request. Never rejects. */
  async post(payload: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { headers, gzip, timeout } = this.#options;
    const body = gzip ? gzipSync(payload) : payload;
    const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
    return await new Promise<Answer>((resolve) => {
      let arrived = false;
      let answered = false;
      const unavailable = (reason: string): void =>
        resolve({ outcome: 'unavailable', reason: reason.slice(0, MAX_REASON), inDoubt: arrived });
      let request: ClientRequest;
      try {
        request = send(this.#url, {
          method: 'POST',
          agent: this.#agent,
          signal,
          headers: {
            ...headers,
            'content-type': this.#contentType,
            'content-length': body.byteLength,
            ...(gzip ? { 'content-encoding': 'gzip' } : {}),
            'user-agent': 'tracebuf-forward',
          },
        });
      } catch (error) {
        unavailable(messageOf(error));
        return;
      }
      // One limit for all of it: a collector may also stall in the middle of its answer.
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeout} ms`)), timeout);
      request.on('error', (error) => unavailable(messageOf(error)));
      request.on('close', () => {
        clearTimeout(timer);
        // Its answer may still have to be read.
        if (!answered) unavailable('the connection was closed');
      });
      request.on('response', (response) => {
        answered = true;
        void readAnswer(response, this.#contentType).then(resolve, (error) => unavailable(messageOf(error)));
      });
      // From when all of it is with the system it may have been read.
      request.on('finish', () => {
        arrived = true;
      });
      request.end(body);
    });
  }

  /** Closes its connections. */
  close(): void {
    this.#agent.destroy();
  }
}

function messageOf(error: unknown): string {
  // A name with several addresses fails with several errors.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
