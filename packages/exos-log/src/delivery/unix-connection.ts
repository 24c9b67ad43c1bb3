import { setTimeout as delay } from 'node:timers/promises';
import type { SyslogServer } from '../log-target.ts';
import { connectUnixStream } from './stream-connection.ts';
import { MessageRefusedError, STALL_MS, type SyslogConnection } from './syslog-connection.ts';
import { openUnixDatagramSocket, type UnixDatagramSocket } from './unix-datagram-socket.ts';

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 100;

/** Connects to a socket of this machine, `/dev/log` as a rule: one for datagrams, or where that is none, for a stream. */
export async function connectUnix(server: SyslogServer, signal: AbortSignal): Promise<SyslogConnection> {
  try {
    return new UnixConnection(openUnixDatagramSocket(server.host), signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPROTOTYPE') throw error;
    return await connectUnixStream(server, signal);
  }
}

class UnixConnection implements SyslogConnection {
  readonly #socket: UnixDatagramSocket;
  readonly #signal: AbortSignal;
  #failure: Error | undefined;

  constructor(socket: UnixDatagramSocket, signal: AbortSignal) {
    this.#socket = socket;
    this.#signal = signal;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  send(message: Buffer): Promise<void> | undefined {
    return this.#give(message) ? undefined : this.#giveLater(message);
  }

  async flush(): Promise<void> {
    // A datagram that was taken is in the server's queue.
  }

  async close(): Promise<void> {
    this.#fail(new Error('the connection was closed'));
  }

  /** Whether there was room for it. */
  #give(message: Buffer): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#socket.send(message);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EMSGSIZE')
        throw new MessageRefusedError((error as Error).message, { cause: error });
      throw this.#fail(error as Error);
    }
  }

  /** The queue is full; who reads from it does not say when it no longer is. */
  async #giveLater(message: Buffer): Promise<void> {
    const started = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      await delay(pause, undefined, { signal: this.#signal });
      if (this.#give(message)) return;
      if (performance.now() - started > STALL_MS)
        throw this.#fail(new Error(`the server took nothing for ${STALL_MS / 1000} seconds`));
    }
  }

  #fail(error: Error): Error {
    if (this.#failure === undefined) this.#socket.close();
    this.#failure ??= error;
    return this.#failure;
  }
}
