import { Buffer } from 'node:buffer';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gzipSync } from 'node:zlib';
import { retryAfterOf } from './retry-delay.ts';

/** How to reach a collector. */
export interface CollectorOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds for one request. */
  readonly timeout: number;
  readonly gzip: boolean;
  /** Certificates and key in PEM. */
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** What became of a request. */
export type Answer =
  /** It was taken; the body may say that a part was not. */
  | { readonly outcome: 'taken'; readonly body: Buffer }
  /** It never will be. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It may be in smaller parts. */
  | { readonly outcome: 'too large'; readonly reason: string }
  /** It may be later. `inDoubt`: it may have arrived all the same. */
  | {
      readonly outcome: 'unavailable';
      readonly reason: string;
      readonly retryAfter?: number;
      readonly inDoubt: boolean;
    };

const MAX_ANSWER = 1024 * 1024;
const MAX_REASON = 200;
const PAYLOAD_TOO_LARGE = 413;

/** Statuses with which OTLP asks to try again. */
const RETRYABLE: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** Statuses that come from how the forwarder or the collector is set up: once that is put right, nothing need be lost. */
const SET_UP: ReadonlySet<number> = new Set([401, 403, 404, 405, 407, 415]);

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
        void readAnswer(response).then(resolve, (error) => unavailable(messageOf(error)));
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

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const status = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What follows is of no use, but has to be read for the connection to be used again; so it is not.
    if (length > MAX_ANSWER) break;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (status >= 200 && status < 300) return { outcome: 'taken', body };
  const reason = `HTTP ${status}${textOf(response, body)}`;
  if (status === PAYLOAD_TOO_LARGE) return { outcome: 'too large', reason };
  if (RETRYABLE.has(status) || SET_UP.has(status) || status < 400) {
    const retryAfter = retryAfterOf(response.headers['retry-after'], Date.now());
    return {
      outcome: 'unavailable',
      reason,
      inDoubt: false,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
  return { outcome: 'refused', reason };
}

/** What the collector says, where it is text: protobuf is not for people. */
function textOf({ headers }: IncomingMessage, body: Buffer): string {
  const isText = /^(?:text\/|application\/json)/.test(headers['content-type'] ?? '');
  const text = isText ? body.toString('utf8').trim() : '';
  return text === '' ? '' : `: ${text.slice(0, MAX_REASON)}`;
}

function messageOf(error: unknown): string {
  // A name with several addresses fails with several errors.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
