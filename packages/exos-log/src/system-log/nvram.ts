import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { TraceBuffer } from '@tracebuf/ring';
import type { ComponentDefinition } from '../component.ts';
import { COMPONENT_DEFINITION, NVRAM_BUFFER } from './incident-record.ts';

/** Bytes for each message that nvram is to keep. */
const MESSAGE_BYTES = 128;

/**
 * Where incidents that must survive a restart of the machine are kept: `TRACEBUF_NVRAM_DIR`, else a directory of this
 * user's on disk.
 */
export function nvramPath(): string {
  const given = process.env.TRACEBUF_NVRAM_DIR;
  if (given !== undefined && given !== '') return resolve(given);
  if (process.platform === 'win32') return join(process.env.LOCALAPPDATA ?? homedir(), 'tracebuf-nvram');
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'tracebuf-nvram');
  const state = process.env.XDG_STATE_HOME;
  // The specification asks to ignore what is not absolute.
  return join(state?.startsWith('/') === true ? state : join(homedir(), '.local', 'state'), 'tracebuf-nvram');
}

/**
 * The buffer on disk of this thread. It is made when there is something to keep: else each short program would push a
 * crash out of what is kept. It is written by positional writes: a store into a dirty page on disk can stall for long.
 */
export class Nvram {
  readonly #messages: number;
  readonly #defined = new Set<number>();
  #buffer: TraceBuffer | undefined;

  /** @param messages How many messages it is to keep. */
  constructor(messages: number) {
    this.#messages = messages;
  }

  /**
   * Stores an incident.
   *
   * @throws StorageError, InsecureDirectoryError where there is no room on the disk, or none for us.
   */
  append(
    component: ComponentDefinition,
    ordinal: number,
    level: number,
    kind: number,
    word: number,
    texts: readonly string[],
  ): void {
    this.#buffer ??= new TraceBuffer(NVRAM_BUFFER, this.#messages * MESSAGE_BYTES, {
      directory: nvramPath(),
      mode: 'positional',
    });
    if (!this.#defined.has(ordinal)) {
      this.#defined.add(ordinal);
      this.#buffer.define({ type: COMPONENT_DEFINITION, id: ordinal, value: component });
    }
    this.#buffer.appendTexts(kind, level, word, texts);
  }

  /** Ends the buffer; what it holds stays. */
  close(): void {
    this.#buffer?.close();
    this.#buffer = undefined;
    this.#defined.clear();
  }
}
