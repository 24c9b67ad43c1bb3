import { crc32 } from 'node:zlib';
import type { TraceBuffer } from '@tracebuf/ring';
import type { FunctionDefinition } from './call-function.ts';
import { FUNCTION_DEFINITION, NAME_DEFINITION } from './call-layout.ts';

/** A program that makes names or functions without end gets no more definitions: the names then stand in the records. */
const MAX_NAMES = 4096;
const MAX_FUNCTIONS = 65_536;
/** Ids have so many bits: V8 keeps such numbers without allocating. */
const ID_MASK = 0x3fff_ffff;

/** The books of the buffers of this thread. */
const books = new WeakMap<TraceBuffer, DefinitionBook>();

/** What is written beside the rings of a buffer, each once, whoever asks for it. */
export function definitionBookOf(buffer: TraceBuffer): DefinitionBook {
  const known = books.get(buffer);
  if (known !== undefined) return known;
  const book = new DefinitionBook(buffer);
  books.set(buffer, book);
  return book;
}

/** See {@link definitionBookOf}. */
export class DefinitionBook {
  readonly #buffer: TraceBuffer;
  readonly #functions = new Map<string, number>();
  readonly #names = new Map<string, number>();
  readonly #taken = new Set<number>();

  constructor(buffer: TraceBuffer) {
    this.#buffer = buffer;
  }

  /** Id of a function: the same for the same definition, however often it is traced. 0 where there are too many. */
  function(definition: FunctionDefinition): number {
    const key = JSON.stringify(definition);
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    return this.#define(this.#functions, MAX_FUNCTIONS, FUNCTION_DEFINITION, key, definition);
  }

  /** Id of a text that many records share; 0 where there are too many of them. */
  name(text: string): number {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    return this.#define(this.#names, MAX_NAMES, NAME_DEFINITION, text, text);
  }

  #define(ids: Map<string, number>, most: number, type: string, key: string, value: unknown): number {
    if (ids.size >= most) return 0;
    // Told by the content, so that two copies of this package that share a buffer agree.
    let id = crc32(`${type} ${key}`) & ID_MASK || 1;
    while (this.#taken.has(id)) id = (id + 1) & ID_MASK || 1;
    this.#taken.add(id);
    ids.set(key, id);
    try {
      this.#buffer.define({ type, id, value });
    } catch {
      // The disk is full: its records are shown by the number.
    }
    return id;
  }
}
