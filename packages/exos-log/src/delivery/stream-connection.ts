import { readFileSync } from 'node:fs';
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SyslogServer } from '../log-target.ts';
import { frameByNewline, frameByOctets } from '../syslog-message.ts';
import { CLOSE_MS, CONNECT_MS, STALL_MS, type SyslogConnection } from './syslog-connection.ts';

/** How long a peer that says nothing is believed to be there, in milliseconds, before the system asks it. */
const KEEP_ALIVE_MS = 30_000;

type Frame = (message: Uint8Array) => Buffer;

/** Connects by TCP; messages are framed by their length. */
export async function connectTcp(
  { host, port, from }: SyslogServer,
  signal: AbortSignal,
): Promise<SyslogConnection> {
  const socket = createConnection({ host, port, ...(from === undefined ? {} : { localAddress: from }) });
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return await opened(socket, 'connect', frameByOctets, signal);
}

/** Connects by TLS, and checks whom it talks to; messages are framed by their length (RFC 5425). */
export async function connectOverTls(
  { host, port, from, tls = {} }: SyslogServer,
  signal: AbortSignal,
): Promise<SyslogConnection> {
  const { ca, cert, key, servername, verify = true } = tls;
  // Read anew each time: certificates are replaced while programs run.
  const socket = connectTls({
    host,
    port,
    rejectUnauthorized: verify,
    minVersion: 'TLSv1.2',
    ...(from === undefined ? {} : { localAddress: from }),
    ...(ca === undefined ? {} : { ca: readFileSync(ca) }),
    ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
    ...(key === undefined ? {} : { key: readFileSync(key) }),
    // An address is no name to ask for, but the certificate is checked against it all the same.
    ...(servername === undefined ? (isIP(host) === 0 ? { servername: host } : {}) : { servername }),
  });
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return await opened(socket, 'secureConnect', frameByOctets, signal);
}

/** Connects to a stream socket of this machine; messages are lines. */
export async function connectUnixStream(
  { host }: SyslogServer,
  signal: AbortSignal,
): Promise<SyslogConnection> {
  return await opened(createConnection({ path: host }), 'connect', frameByNewline, signal);
}

async function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  frame: Frame,
  signal: AbortSignal,
): Promise<SyslogConnection> {
  const connection = new StreamConnection(socket, frame);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1000} seconds`)),
      CONNECT_MS,
    );
    const abort = (): void => void socket.destroy(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      reject(connection.failure);
    });
    socket.once(event, () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve();
    });
  });
  return connection;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A connection by a stream. */
class StreamConnection implements SyslogConnection {
  readonly #socket: Socket;
  readonly #frame: Frame;
  readonly #forRoom: Waiter[] = [];
  readonly #forAll: Waiter[] = [];
  /** Messages that the system has not taken yet. */
  #pending = 0;
  #failure: Error | undefined;

  constructor(socket: Socket, frame: Frame) {
    this.#socket = socket;
    this.#frame = frame;
    socket.on('error', (error) => this.#fail(error));
    // Nothing is expected of a server, but the end of its side is only seen by who reads.
    socket.on('end', () => this.#fail(new Error('the server closed the connection')));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    socket.on('drain', () => {
      for (const { resolve } of this.#forRoom.splice(0)) resolve();
    });
    socket.resume();
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  send(message: Buffer): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    this.#pending++;
    if (this.#socket.writableCorked === 0) {
      // What is sent at once goes out at once: a system call for each message is most of what it costs.
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    const hasRoom = this.#socket.write(this.#frame(message), this.#taken);
    return hasRoom ? undefined : this.#wait(this.#forRoom);
  }

  async flush(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#pending > 0) await this.#wait(this.#forAll);
  }

  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#socket.destroy(), CLOSE_MS);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.end();
    });
  }

  readonly #taken = (): void => {
    if (--this.#pending > 0) return;
    for (const { resolve } of this.#forAll.splice(0)) resolve();
  };

  async #wait(waiters: Waiter[]): Promise<void> {
    const timer = setTimeout(
      () => this.#fail(new Error(`the server took nothing for ${STALL_MS / 1000} seconds`)),
      STALL_MS,
    );
    try {
      await new Promise<void>((resolve, reject) => {
        waiters.push({ resolve, reject });
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
    for (const { reject } of [...this.#forRoom.splice(0), ...this.#forAll.splice(0)]) reject(this.#failure);
  }
}
