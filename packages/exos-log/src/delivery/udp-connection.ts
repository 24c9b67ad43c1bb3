import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { SyslogServer } from '../log-target.ts';
import { MessageRefusedError, type SyslogConnection } from './syslog-connection.ts';

/**
 * So many datagrams go out at once, then a millisecond passes: a receiver that gets a burst throws away what its buffer
 * has no room for, and nobody hears of it.
 */
const BURST = 32;
const PAUSE_MS = 1;

/** How long after the first datagram a refusal is waited for, in milliseconds: a server that is gone is seen by it. */
const REFUSAL_MS = 50;

/** Connects by UDP, so that the refusal of a host without a server is heard. */
export async function connectUdp(
  { host, port, from }: SyslogServer,
  signal: AbortSignal,
): Promise<SyslogConnection> {
  // Whether the server listens by IPv6 as well can't be told from here.
  const { address, family } = await lookup(host, { order: 'ipv4first' });
  signal.throwIfAborted();
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    if (from !== undefined) {
      socket.bind({ address: from });
      await once(socket, 'listening', { signal });
    }
    socket.connect(port, address);
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.close();
    throw error;
  }
  return new UdpConnection(socket);
}

class UdpConnection implements SyslogConnection {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #sent = 0;
  #pending = 0;
  #taken: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', (error) => this.#fail(error));
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  send(message: Buffer): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    const isFirst = this.#sent === 0;
    const isLast = ++this.#sent % BURST === 0;
    this.#pending++;
    let refused: Error | undefined;
    this.#socket.send(message, (error) => {
      this.#pending--;
      if (error !== null && (error as NodeJS.ErrnoException).code === 'EMSGSIZE') refused = error;
      else if (error !== null) this.#fail(error);
      if (this.#pending === 0) this.#taken?.();
    });
    if (!isFirst && !isLast) return undefined;
    return this.#settled(isFirst ? REFUSAL_MS : PAUSE_MS).then(() => {
      if (refused !== undefined) throw new MessageRefusedError(refused.message, { cause: refused });
    });
  }

  async flush(): Promise<void> {
    await this.#settled(0);
  }

  async close(): Promise<void> {
    this.#failure ??= new Error('the connection was closed');
    try {
      this.#socket.close();
    } catch {
      // It was closed already.
    }
  }

  async #settled(milliseconds: number): Promise<void> {
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
      });
    }
    if (milliseconds > 0) await delay(milliseconds);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#taken?.();
    void this.close();
  }
}
