import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

/** A message of RFC 5424 that arrived, as far as tests look at it. */
export interface Arrived {
  readonly raw: string;
  /** Parameters of the incident. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly sequenceId: number;
  readonly record: string | undefined;
  readonly condition: string;
  readonly text: string;
}

/** Reads what `encodeRfc5424` writes, strictly: anything else is an error. */
function parseRfc5424(raw: string): Arrived {
  const head = /^<\d+>1 \S+ \S+ \S+ \S+ (\S+) ((?:\[(?:"(?:\\.|[^"\\])*"|[^\]"])*\])+) ?([^\n]*)$/.exec(raw);
  if (head === null) throw new Error(`no message of RFC 5424: ${JSON.stringify(raw)}`);
  const [, condition = '', data = '', text = ''] = head;
  const elements = new Map<string, Record<string, string>>();
  for (const [, id = '', values = ''] of data.matchAll(/\[([^ \]]+)((?: [^=]+="(?:\\.|[^"\\])*")*)\]/g)) {
    const pairs = values.matchAll(/ ([^=]+)="((?:\\.|[^"\\])*)"/g);
    elements.set(
      id,
      Object.fromEntries(
        [...pairs].map(([, name, value = '']) => [name, value.replace(/\\(["\\\]])/g, '$1')]),
      ),
    );
  }
  return {
    raw,
    condition,
    text,
    parameters: elements.get('tracebuf@32473') ?? {},
    record: elements.get('condition@32473')?.record,
    sequenceId: Number(elements.get('meta')?.sequenceId),
  };
}

/** A syslog server on loopback, by TCP, TLS or a stream socket, that can refuse, stall, die and come back. */
export class FakeStreamServer {
  readonly messages: string[] = [];
  connections = 0;
  readonly #tls: TlsOptions | undefined;
  readonly #path: string | undefined;
  #server: Server | undefined;
  #port = 0;
  #stalls = false;
  readonly #sockets = new Set<Socket>();

  constructor(options: { readonly tls?: TlsOptions; readonly path?: string } = {}) {
    this.#tls = options.tls;
    this.#path = options.path;
    onTestFinished(() => this.die());
  }

  get port(): number {
    return this.#port;
  }

  get arrived(): Arrived[] {
    return this.messages.map(parseRfc5424);
  }

  /** Starts, in the same place each time. */
  async start(): Promise<this> {
    const serve = (socket: Socket): void => this.#serve(socket);
    this.#server = this.#tls === undefined ? createServer(serve) : createTlsServer(this.#tls, serve);
    if (this.#path === undefined) this.#server.listen(this.#port, '127.0.0.1');
    else this.#server.listen(this.#path);
    await once(this.#server, 'listening');
    if (this.#path === undefined) this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Takes a place where nobody listens. */
  async reserve(): Promise<this> {
    await this.start();
    await this.die();
    return this;
  }

  /** Reads nothing any more, or goes on. */
  stall(stalls: boolean): void {
    this.#stalls = stalls;
    for (const socket of this.#sockets) {
      if (stalls) socket.pause();
      else socket.resume();
    }
  }

  /** Dies: what it has not read is lost. */
  async die(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
    const server = this.#server;
    this.#server = undefined;
    if (server?.listening === true) await new Promise((resolve) => server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    let buffered: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (data: Buffer) => {
      buffered = Buffer.concat([buffered, data]);
      buffered = this.#path === undefined ? this.#takeFrames(buffered) : this.#takeLines(buffered);
    });
    if (this.#stalls) socket.pause();
  }

  #takeFrames(bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      const space = rest.indexOf(' ');
      if (space < 0) return rest;
      const length = Number(rest.toString('latin1', 0, space));
      if (!Number.isInteger(length) || length < 1)
        throw new Error(`no length of a frame: ${rest.toString()}`);
      if (rest.length < space + 1 + length) return rest;
      this.messages.push(rest.toString('utf8', space + 1, space + 1 + length));
      rest = rest.subarray(space + 1 + length);
    }
  }

  #takeLines(bytes: Buffer): Buffer {
    const lines = bytes.toString('utf8').split('\n');
    const rest = lines.pop() ?? '';
    this.messages.push(...lines);
    return Buffer.from(rest);
  }
}

/** A syslog server on loopback by UDP. */
export class FakeUdpServer {
  readonly messages: string[] = [];
  #socket: ReturnType<typeof createSocket> | undefined;
  #port = 0;

  constructor() {
    onTestFinished(() => this.die());
  }

  get port(): number {
    return this.#port;
  }

  get arrived(): Arrived[] {
    return this.messages.map(parseRfc5424);
  }

  /** Starts, in the same place each time. */
  async start(): Promise<this> {
    const socket = createSocket('udp4');
    this.#socket = socket;
    socket.on('message', (message) => this.messages.push(message.toString()));
    socket.bind(this.#port, '127.0.0.1');
    await once(socket, 'listening');
    this.#port = socket.address().port;
    return this;
  }

  async die(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => void socket.close(() => resolve()));
  }
}
