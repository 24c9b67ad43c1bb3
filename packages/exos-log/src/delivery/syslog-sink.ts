import { setTimeout as delay } from 'node:timers/promises';
import type { LogTarget, SyslogServer } from '../log-target.ts';
import { encodeRfc3164, encodeRfc5424, SYSLOG_FACILITIES } from '../syslog-message.ts';
import type { DeliveryLine } from './delivery-line.ts';
import type { DeliverySink, SinkStatus } from './delivery-sink.ts';
import { SentWindow } from './sent-window.ts';
import { connectOverTls, connectTcp } from './stream-connection.ts';
import { type Connect, MessageRefusedError, type SyslogConnection } from './syslog-connection.ts';
import { connectUdp } from './udp-connection.ts';
import { connectUnix } from './unix-connection.ts';

interface Transport {
  readonly connect: Connect;
  /** How long ago a message may have been sent, in milliseconds, and still be on the way when the connection breaks. */
  readonly window: number;
}

const TRANSPORTS: Readonly<Record<SyslogServer['transport'], Transport>> = {
  // A refusal comes at once.
  udp: { connect: connectUdp, window: 1000 },
  tcp: { connect: connectTcp, window: 10_000 },
  tls: { connect: connectOverTls, window: 10_000 },
  unix: { connect: connectUnix, window: 10_000 },
};

/** More than what a server's socket buffers as a rule. */
const WINDOW = { messages: 8192, bytes: 4 * 1024 * 1024 } as const;

/** Between two attempts to connect, in milliseconds: at first, and at most. */
const BACKOFF = { first: 100, most: 10_000 } as const;

/** A connection that held for so long, in milliseconds, was no failed attempt. */
const STABLE_MS = 5000;

/** RFC 5424: numbers wrap around to 1. */
const MAX_SEQUENCE_ID = 0x7fff_ffff;

/** Sends lines to a syslog server; connects, and connects again. */
export class SyslogSink implements DeliverySink {
  #target: LogTarget;
  readonly #server: SyslogServer;
  readonly #transport: Transport;
  readonly #window: SentWindow;
  #connection: SyslogConnection | undefined;
  #connectedAt = 0;
  #backoff: number = BACKOFF.first;
  #status: SinkStatus = { connection: 'idle', resent: 0 };

  /** @param server Of the target; it stays the same while the rest of the target may change. */
  constructor(target: LogTarget, server: SyslogServer) {
    this.#target = target;
    this.#server = server;
    this.#transport = TRANSPORTS[server.transport];
    this.#window = new SentWindow({ ...WINDOW, milliseconds: this.#transport.window });
  }

  get status(): SinkStatus {
    return this.#status;
  }

  /** Obeys another format. */
  configure(target: LogTarget): void {
    this.#target = target;
  }

  send(line: DeliveryLine, sequenceId: number, signal: AbortSignal): Promise<void> | undefined {
    const message = this.#encode(line, sequenceId);
    this.#window.add(message);
    if (this.#connection === undefined || this.#connection.failure !== undefined)
      return this.#connect(signal, 1);
    try {
      return this.#connection.send(message)?.catch((error: Error) => this.#afterFailure(error, signal));
    } catch (error) {
      return this.#afterFailure(error as Error, signal);
    }
  }

  tend(signal: AbortSignal): Promise<void> | undefined {
    // While messages may be on the way, a connection that broke is one that they may be lost with.
    const isBroken = this.#connection?.failure !== undefined;
    if (!isBroken) {
      this.#window.forgetOld();
      return undefined;
    }
    this.#broke();
    return this.#window.size > 0 ? this.#connect(signal, 0) : undefined;
  }

  async flush(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#connection?.flush();
        return;
      } catch (error) {
        await this.#afterFailure(error as Error, signal);
      }
    }
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
    this.#status = { ...this.#status, connection: 'idle' };
  }

  #encode(line: DeliveryLine, sequenceId: number): Buffer {
    const { facility: name, protocol } = this.#server;
    const facility = SYSLOG_FACILITIES[name] as number;
    if (protocol === 'rfc3164') return encodeRfc3164(line, { facility, format: this.#target.format });
    return encodeRfc5424(line, { facility, sequenceId: ((sequenceId - 1) % MAX_SEQUENCE_ID) + 1 });
  }

  async #afterFailure(error: Error, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (error instanceof MessageRefusedError) {
      this.#window.removeLast();
      throw error;
    }
    await this.#connect(signal, 0);
  }

  /**
   * Connects, and sends all messages of the window again. Resolves when they are sent.
   *
   * @param fresh How many of them are sent for the first time.
   */
  async #connect(signal: AbortSignal, fresh: number): Promise<void> {
    for (;;) {
      this.#broke();
      this.#status = { ...this.#status, connection: 'connecting' };
      try {
        this.#connection = await this.#transport.connect(this.#server, signal);
        this.#connectedAt = performance.now();
        await this.#resend(this.#connection, fresh);
        this.#status = { ...this.#status, connection: 'connected' };
        return;
      } catch (error) {
        signal.throwIfAborted();
        this.#note(error as Error);
        await delay(this.#backoff, undefined, { signal });
        this.#backoff = Math.min(2 * this.#backoff, BACKOFF.most);
      }
    }
  }

  async #resend(connection: SyslogConnection, fresh: number): Promise<void> {
    const messages = this.#window.messages();
    for (const [index, message] of messages.entries()) {
      try {
        await connection.send(message);
      } catch (error) {
        // Another kind of server may be there now, which takes less: what can't be sent again was sent once.
        if (!(error instanceof MessageRefusedError)) throw error;
      }
      if (index < messages.length - fresh)
        this.#status = { ...this.#status, resent: this.#status.resent + 1 };
    }
  }

  /** Takes leave of a connection that broke. */
  #broke(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    if (performance.now() - this.#connectedAt > STABLE_MS) this.#backoff = BACKOFF.first;
    if (connection.failure !== undefined) this.#note(connection.failure);
    this.#status = { ...this.#status, connection: 'idle' };
    void connection.close();
  }

  #note(error: Error): void {
    this.#status = { ...this.#status, lastError: messageOf(error), lastErrorAt: Date.now() };
  }
}

const MAX_ERROR = 500;

/** Several attempts at once, by IPv4 and IPv6, fail as one error without a message. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return (first?.message ?? error.message).slice(0, MAX_ERROR);
}
