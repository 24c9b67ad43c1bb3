import type { Buffer } from 'node:buffer';
import { CUT_MARK, type Definitions, type RecordPayload } from '@tracebuf/ring';
import { MAX_VALUE_DEPTH, NAME_DEFINITION, TAG_BITS, ValueTag } from './call-layout.ts';

/** A value as people read it. */
export interface ShownValue {
  /** `number`, `string`, …, or the name of a class. */
  readonly type: string;
  /** Its text; of a string, without quotes; of an error, the message. */
  readonly value: string;
  /** Of a string that was cut: UTF-16 units of the whole. */
  readonly length?: number;
}

/** A value, and how it stands among others. */
export interface ReadValue {
  readonly shown: ShownValue;
  /** A string with quotes; an error with its class. */
  readonly text: string;
}

/** Bytes of a word. */
const WORD = 4;

/**
 * Reads the values of a payload one behind the other. Untrusted: what leads out of the payload ends it, and any bytes give
 * some text, in time and memory in proportion to them.
 */
export class ValueDecoder {
  /** Behind the value that was read last. */
  #at: number;
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #little: boolean;
  readonly #definitions: Definitions;

  /** @param at Where the first value starts. */
  constructor({ bytes, end, littleEndian, definitions }: RecordPayload, at: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#little = littleEndian;
    this.#definitions = definitions;
  }

  /** Whether there is another value. */
  get hasMore(): boolean {
    return this.#end - this.#at >= WORD;
  }

  /** How many further arguments are told to have been passed, where that is what comes next. */
  more(): number | undefined {
    if (!this.hasMore || (this.#peek() & 0xff) !== ValueTag.MORE) return undefined;
    return this.#word() >>> TAG_BITS;
  }

  /** The next value. */
  value(): ReadValue {
    const tag = this.hasMore ? this.#peek() & 0xff : ValueTag.OMITTED;
    switch (tag) {
      case ValueTag.STRING:
        return ofString(this.#text(this.#word() >>> TAG_BITS));
      case ValueTag.CUT_STRING: {
        const size = this.#word() >>> TAG_BITS;
        const length = this.#word();
        return ofString(this.#text(size) + CUT_MARK, length);
      }
      case ValueTag.ERROR: {
        const [type, value] = this.#error();
        return { shown: { type, value }, text: errorText(type, value) };
      }
      default: {
        const type = this.#typeOf(tag);
        const value = this.#shown(0);
        return { shown: { type, value }, text: value };
      }
    }
  }

  /** Class and message of the error that comes next. */
  #error(): [type: string, message: string] {
    this.#word();
    const type = this.#name();
    // The message is a string, whatever the bytes say: errors in errors would have no end.
    const tag = this.hasMore ? this.#peek() & 0xff : ValueTag.OMITTED;
    const isString = tag === ValueTag.STRING || tag === ValueTag.CUT_STRING;
    return [type, isString ? this.value().shown.value : CUT_MARK];
  }

  /** Name of the next value's type, which stays the next. */
  #typeOf(tag: number): string {
    const simple = TYPES[tag];
    if (simple !== undefined) return simple;
    if (!CLASSES.has(tag)) return 'unknown';
    const start = this.#at;
    this.#word();
    const type = this.#name();
    this.#at = start;
    return type;
  }

  /** The next value as it is shown within others. */
  #shown(depth: number): string {
    if (!this.hasMore || depth > MAX_VALUE_DEPTH) {
      this.#at = this.#end;
      return CUT_MARK;
    }
    const word = this.#word();
    const size = word >>> TAG_BITS;
    switch (word & 0xff) {
      case ValueTag.UNDEFINED:
        return 'undefined';
      case ValueTag.NULL:
        return 'null';
      case ValueTag.TRUE:
        return 'true';
      case ValueTag.FALSE:
        return 'false';
      case ValueTag.HOLE:
        return '<empty>';
      case ValueTag.INTEGER:
        return String(this.#word() | 0);
      case ValueTag.NUMBER:
        return numberText(this.#double());
      case ValueTag.STRING:
        return quoted(this.#text(size));
      case ValueTag.CUT_STRING:
        this.#word();
        return quoted(this.#text(size) + CUT_MARK);
      case ValueTag.BIGINT:
        return `${this.#int64()}n`;
      case ValueTag.BIG_BIGINT: {
        const digits = this.#word();
        const text = this.#text(size);
        const sign = text.startsWith('-') ? '-' : '';
        return `${sign}0x${text.slice(sign.length)}${text.length < digits ? CUT_MARK : 'n'}`;
      }
      case ValueTag.SYMBOL:
        return `Symbol(${this.#text(size)})`;
      case ValueTag.FUNCTION: {
        const name = this.#text(size);
        return name === '' ? '[Function (anonymous)]' : `[Function: ${name}]`;
      }
      case ValueTag.OBJECT:
        return this.#object(size, depth);
      case ValueTag.ARRAY: {
        const type = this.#name();
        const prefix = type === 'Array' ? '' : `${type} `;
        return `${prefix}[${this.#entries(size, depth, 1)}]`;
      }
      case ValueTag.TYPED_ARRAY:
        return `${this.#name()} [${this.#entries(size, depth, 1)}]`;
      case ValueTag.MAP:
        return `${this.#name()} {${this.#entries(size, depth, 2)}}`;
      case ValueTag.SET:
        return `${this.#name()} {${this.#entries(size, depth, 1)}}`;
      case ValueTag.DATE: {
        const type = this.#name();
        const text = dateText(this.#double());
        return type === 'Date' ? text : `${type} ${text}`;
      }
      case ValueTag.REGEXP:
        return this.#text(size);
      case ValueTag.ERROR:
        this.#at -= WORD;
        return `[${errorText(...this.#error())}]`;
      case ValueTag.PROMISE:
        return `${this.#name()} {…}`;
      case ValueTag.PROXY:
        return '[Proxy]';
      case ValueTag.GETTER:
        return '[Getter]';
      case ValueTag.SETTER:
        return '[Setter]';
      case ValueTag.REDACTED:
        return '[redacted]';
      case ValueTag.OPAQUE: {
        const type = this.#name();
        return type === 'Object' ? '{…}' : `${type} {…}`;
      }
      case ValueTag.NAME:
        return this.#nameText(size);
      default:
        // Left out by the writer, or of a version that is newer; what follows can't be told from it.
        if ((word & 0xff) !== ValueTag.OMITTED) this.#at = this.#end;
        return CUT_MARK;
    }
  }

  #object(count: number, depth: number): string {
    const type = this.#name();
    const total = this.#word();
    const entries: string[] = [];
    for (let i = 0; i < count && this.hasMore; i++) {
      const key = this.#name();
      entries.push(`${IDENTIFIER.test(key) ? key : quoted(key)}: ${this.#shown(depth + 1)}`);
    }
    if (total > count) entries.push(moreText(total - count));
    return `${type === 'Object' ? '' : `${type} `}{${entries.join(', ')}}`;
  }

  /** The entries of a list, of one or two values each. */
  #entries(count: number, depth: number, width: 1 | 2): string {
    const total = this.#word();
    const entries: string[] = [];
    for (let i = 0; i < count && this.hasMore; i++) {
      const first = this.#shown(depth + 1);
      entries.push(width === 1 ? first : `${first} => ${this.#shown(depth + 1)}`);
    }
    if (total > count) entries.push(moreText(total - count));
    return entries.join(', ');
  }

  /** A name, of a class or a key. */
  #name(): string {
    if (!this.hasMore) return CUT_MARK;
    const word = this.#word();
    return (word & 0xff) === ValueTag.NAME ? this.#nameText(word >>> TAG_BITS) : CUT_MARK;
  }

  #nameText(size: number): string {
    if (size > 0) return this.#text(size - 1);
    const id = this.#word();
    const text = this.#definitions.get(NAME_DEFINITION)?.get(id);
    // Its definition is lost: its number tells it from the others all the same.
    return typeof text === 'string' ? text : `name ${id}`;
  }

  /** UTF-8 of so many bytes, and the filler behind it. */
  #text(size: number): string {
    const there = Math.min(size, this.#end - this.#at);
    const text = this.#bytes.toString('utf8', this.#at, this.#at + there);
    this.#at = Math.min(this.#end, this.#at + ((size + WORD - 1) & -WORD));
    return there < size ? text + CUT_MARK : text;
  }

  #peek(): number {
    return this.#little ? this.#bytes.readUInt32LE(this.#at) : this.#bytes.readUInt32BE(this.#at);
  }

  /** The next word; 0 behind the end. */
  #word(): number {
    if (!this.hasMore) {
      this.#at = this.#end;
      return 0;
    }
    const word = this.#peek();
    this.#at += WORD;
    return word;
  }

  #double(): number {
    const at = this.#at;
    if (this.#end - at < 2 * WORD) {
      this.#at = this.#end;
      return Number.NaN;
    }
    this.#at = at + 2 * WORD;
    return this.#little ? this.#bytes.readDoubleLE(at) : this.#bytes.readDoubleBE(at);
  }

  #int64(): bigint {
    const low = BigInt(this.#word());
    return BigInt.asIntN(64, low | (BigInt(this.#word()) << 32n));
  }
}

const TYPES: Readonly<Record<number, string>> = {
  [ValueTag.UNDEFINED]: 'undefined',
  [ValueTag.NULL]: 'null',
  [ValueTag.TRUE]: 'boolean',
  [ValueTag.FALSE]: 'boolean',
  [ValueTag.HOLE]: 'undefined',
  [ValueTag.INTEGER]: 'number',
  [ValueTag.NUMBER]: 'number',
  [ValueTag.BIGINT]: 'bigint',
  [ValueTag.BIG_BIGINT]: 'bigint',
  [ValueTag.SYMBOL]: 'symbol',
  [ValueTag.FUNCTION]: 'function',
  [ValueTag.REGEXP]: 'RegExp',
  [ValueTag.PROXY]: 'Proxy',
  [ValueTag.REDACTED]: 'redacted',
};

/** Tags that a class follows. */
const CLASSES: ReadonlySet<number> = new Set([
  ValueTag.OBJECT,
  ValueTag.ARRAY,
  ValueTag.TYPED_ARRAY,
  ValueTag.MAP,
  ValueTag.SET,
  ValueTag.DATE,
  ValueTag.PROMISE,
  ValueTag.OPAQUE,
]);

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

function ofString(value: string, length?: number): ReadValue {
  const shown = { type: 'string', value, ...(length === undefined ? {} : { length }) };
  return { shown, text: quoted(value) };
}

function errorText(type: string, message: string): string {
  return message === '' ? type : `${type}: ${message}`;
}

function moreText(count: number): string {
  return `${CUT_MARK}${count} more`;
}

/** A string as a literal, as people would write it. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function dateText(time: number): string {
  return Math.abs(time) <= MAX_DATE ? new Date(time).toISOString() : 'Invalid Date';
}

const MAX_DATE = 8.64e15;
