import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** What a receiver does with a request. */
export type Behaviour =
  | 'take'
  /** Answers with a status and does not take it. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Neither takes it nor answers. */
  | 'stall'
  /** Takes it, and ends the connection before the answer. */
  | 'hang up';

/** One request, as it came. */
export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A log record or span that was taken. */
export interface Received {
  readonly signal: 'logs' | 'traces';
  /** What it says: the body, or the name of the span. */
  readonly text: string;
  /** `log.record.uid`, or the ids of the span. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/** A collector for OTLP over HTTP in JSON, on loopback. */
export class OtlpReceiver {
  readonly requests: ReceivedRequest[] = [];
  readonly taken: Received[] = [];
  behaviour: Behaviour | ((request: ReceivedRequest) => Behaviour) = 'take';
  readonly #tls: { readonly key: string; readonly cert: string } | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(tls?: { readonly key: string; readonly cert: string }) {
    this.#tls = tls;
  }

  get url(): string {
    return `${this.#tls === undefined ? 'http' : 'https'}://localhost:${this.#port}`;
  }

  /** Listens; again on the port of the first time. */
  async listen(): Promise<this> {
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      void this.#answer(request, response).catch(() => response.destroy());
    };
    this.#server = this.#tls === undefined ? createServer(answer) : createTlsServer(this.#tls, answer);
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Dies: all connections are gone at once. */
  async die(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** What was taken of one signal. */
  of(signal: Received['signal']): Received[] {
    return this.taken.filter((received) => received.signal === signal);
  }

  /** Bodies of log records, but those that tell of losses. */
  texts(): string[] {
    return this.of('logs')
      .filter(({ attributes }) => attributes['tracebuf.kind'] !== 'lost')
      .map(({ text }) => text);
  }

  /** Records that it was told are lost. */
  lost(): number {
    return this.of('logs').reduce((sum, { attributes }) => sum + Number(attributes['tracebuf.lost'] ?? 0), 0);
  }

  /** Ids that came more than once. */
  doubled(): string[] {
    const seen = new Set<string>();
    return this.taken.map(({ id }) => id).filter((id) => seen.size === seen.add(id).size);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const received = { path: request.url ?? '', headers: request.headers, body };
    this.requests.push(received);
    const { behaviour } = this;
    const what = typeof behaviour === 'function' ? behaviour(received) : behaviour;
    if (what === 'stall') return;
    if (typeof what === 'object') {
      response
        .writeHead(what.status, { 'content-type': 'text/plain', ...what.headers })
        .end(what.body ?? 'no');
      return;
    }
    if (request.headers['content-type'] === 'application/json') this.taken.push(...readRequest(body));
    if (what === 'hang up') {
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': request.headers['content-type'] ?? '' });
    response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
  }
}

/** Reads a request in JSON. */
function readRequest(body: Buffer): Received[] {
  const { resourceLogs = [], resourceSpans = [] } = JSON.parse(body.toString('utf8')) as Record<
    string,
    Json[]
  >;
  return [...readSignal('logs', resourceLogs), ...readSignal('traces', resourceSpans)];
}

function readSignal(signal: Received['signal'], groups: readonly Json[]): Received[] {
  return groups.flatMap(({ resource, scopeLogs, scopeSpans }) =>
    ((scopeLogs ?? scopeSpans) as Json[]).flatMap(({ scope, logRecords, spans }) =>
      ((logRecords ?? spans) as Json[]).map((raw) => {
        const attributes = attributesOf(raw.attributes);
        const id =
          signal === 'logs' ? attributes['log.record.uid'] : `${String(raw.traceId)} ${String(raw.spanId)}`;
        return {
          signal,
          text: String(signal === 'logs' ? anyValue(raw.body) : raw.name),
          id: String(id),
          attributes,
          resource: attributesOf((resource as Json).attributes),
          scope: String((scope as Json).name),
          raw,
        };
      }),
    ),
  );
}

function attributesOf(list: unknown): Record<string, unknown> {
  return Object.fromEntries(((list ?? []) as Json[]).map(({ key, value }) => [key, anyValue(value)]));
}

function anyValue(value: unknown): unknown {
  const [kind, inner] = Object.entries((value ?? {}) as Json)[0] ?? [];
  if (kind === 'arrayValue') return ((inner as Json).values as unknown[]).map(anyValue);
  return kind === 'kvlistValue' ? attributesOf((inner as Json).values) : inner;
}
