import { guidText } from './guid.ts';
import { InType, inTypeName } from './in-type.ts';
import { OutType } from './out-type.ts';
import { type EventDeclaration, type FieldDeclaration, readMetadata } from './read-metadata.ts';

/** A value: integers of 64 bits are bigints, GUIDs and texts are strings, other bytes are Buffers; a struct is its fields. */
export type FieldValue =
  | number
  | bigint
  | string
  | Buffer
  | readonly FieldValue[]
  | { readonly fields: readonly DecodedField[] };

/** A field with its value. */
export interface DecodedField {
  readonly declaration: FieldDeclaration;
  readonly value: FieldValue;
}

/** An event, decoded. */
export interface DecodedEvent {
  readonly name: string;
  /** 28 bits. */
  readonly tag: number;
  readonly fields: readonly DecodedField[];
  /** What is wrong with it; the fields are those before the fault. Absent where all is well. */
  readonly fault?: string;
}

/** An honest event has no more values than bytes; arrays of structs of nothing would have any number. */
const MAX_VALUES = 0x2_0000;
/** Bytes of a SID before its sub-authorities, and of each of these. */
const SID_HEADER = 8;
const SID_AUTHORITY = 4;
const SIZE_OF: Readonly<Record<number, number>> = { [InType.GUID]: 16, [InType.SYSTEMTIME]: 16 };

/** Ends the reading of data that does not fit its metadata. */
class Fault extends Error {}

/**
 * Decodes an event. Any bytes may be given: it never throws, and takes time and memory in proportion to them.
 *
 * @param metadata Event metadata, or what {@link readMetadata} made of it.
 * @param data Event data.
 */
export function decodeEvent(metadata: Uint8Array | EventDeclaration, data: Uint8Array): DecodedEvent {
  const declaration = metadata instanceof Uint8Array ? readMetadata(metadata) : metadata;
  const fields: DecodedField[] = [];
  const reader = new DataReader(data);
  let { fault } = declaration;
  try {
    reader.readFields(declaration.fields, fields);
    if (reader.left > 0) fault ??= `${reader.left} bytes of data are left over`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    fault = error.message;
  }
  const { name, tag } = declaration;
  return fault === undefined ? { name, tag, fields } : { name, tag, fields, fault };
}

class DataReader {
  readonly #bytes: Buffer;
  #at = 0;
  #values = 0;

  constructor(data: Uint8Array) {
    this.#bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Puts each field into `into` when it is whole, so that a fault leaves those before it. */
  readFields(declarations: readonly FieldDeclaration[], into: DecodedField[]): void {
    for (const declaration of declarations) {
      if (declaration.fields !== undefined && declaration.shape === 'single') {
        const fields: DecodedField[] = [];
        into.push({ declaration, value: { fields } });
        this.#countValue();
        this.readFields(declaration.fields, fields);
      } else into.push({ declaration, value: this.#value(declaration) });
    }
  }

  #value(declaration: FieldDeclaration): FieldValue {
    switch (declaration.shape) {
      case 'single':
        return this.#element(declaration);
      case 'fixed':
        return this.#elements(declaration, declaration.count ?? 0);
      case 'variable':
        return this.#elements(declaration, this.#u16(declaration));
      case 'custom':
        return this.#counted(declaration);
    }
  }

  #elements(declaration: FieldDeclaration, count: number): FieldValue[] {
    const elements: FieldValue[] = [];
    for (let index = 0; index < count; index++) elements.push(this.#element(declaration));
    return elements;
  }

  #element(declaration: FieldDeclaration): FieldValue {
    this.#countValue();
    if (declaration.fields !== undefined) {
      const fields: DecodedField[] = [];
      this.readFields(declaration.fields, fields);
      return { fields };
    }
    const { inType } = declaration;
    const bytes = this.#bytes;
    switch (inType) {
      case InType.UNICODESTRING:
        return this.#terminated16(declaration);
      case InType.ANSISTRING:
        return this.#terminated8(declaration);
      case InType.INT8:
        return bytes.readInt8(this.#take(declaration, 1));
      case InType.UINT8:
        return bytes.readUInt8(this.#take(declaration, 1));
      case InType.INT16:
        return bytes.readInt16LE(this.#take(declaration, 2));
      case InType.UINT16:
        return bytes.readUInt16LE(this.#take(declaration, 2));
      case InType.INT32:
      case InType.BOOL32:
        return bytes.readInt32LE(this.#take(declaration, 4));
      case InType.UINT32:
      case InType.HEXINT32:
        return bytes.readUInt32LE(this.#take(declaration, 4));
      case InType.INT64:
      case InType.FILETIME:
        return bytes.readBigInt64LE(this.#take(declaration, 8));
      case InType.UINT64:
      case InType.HEXINT64:
        return bytes.readBigUInt64LE(this.#take(declaration, 8));
      case InType.FLOAT:
        return bytes.readFloatLE(this.#take(declaration, 4));
      case InType.DOUBLE:
        return bytes.readDoubleLE(this.#take(declaration, 8));
      case InType.GUID:
        return guidText(bytes, this.#take(declaration, SIZE_OF[inType] ?? 0));
      case InType.SYSTEMTIME:
        return this.#copy(declaration, SIZE_OF[inType] ?? 0);
      case InType.SID:
        return this.#sid(declaration);
      case InType.COUNTEDSTRING:
        return this.#counted(declaration).toString('utf16le');
      case InType.COUNTEDANSISTRING:
        return textOf(this.#counted(declaration), declaration);
      case InType.BINARY:
      case InType.COUNTEDBINARY:
        return this.#counted(declaration);
      default:
        throw new Fault(`the field ${named(declaration)} has the unknown ${inTypeName(inType)}`);
    }
  }

  #terminated16(declaration: FieldDeclaration): string {
    const bytes = this.#bytes;
    const start = this.#at;
    let end = start;
    while (end + 1 < bytes.length && (bytes[end] !== 0 || bytes[end + 1] !== 0)) end += 2;
    this.#take(declaration, end - start + 2);
    return bytes.toString('utf16le', start, end);
  }

  #terminated8(declaration: FieldDeclaration): string {
    const start = this.#at;
    const nul = this.#bytes.indexOf(0, start);
    const end = nul < 0 ? this.#bytes.length : nul;
    this.#take(declaration, end - start + 1);
    return textOf(this.#bytes.subarray(start, end), declaration);
  }

  #counted(declaration: FieldDeclaration): Buffer {
    return this.#copy(declaration, this.#u16(declaration));
  }

  #sid(declaration: FieldDeclaration): Buffer {
    const authorities = this.#bytes[this.#at + 1] ?? 0;
    return this.#copy(declaration, SID_HEADER + SID_AUTHORITY * authorities);
  }

  #copy(declaration: FieldDeclaration, count: number): Buffer {
    const at = this.#take(declaration, count);
    return Buffer.from(this.#bytes.subarray(at, at + count));
  }

  #u16(declaration: FieldDeclaration): number {
    return this.#bytes.readUInt16LE(this.#take(declaration, 2));
  }

  /** @returns Where the bytes taken start. */
  #take(declaration: FieldDeclaration, count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length)
      throw new Fault(`its data ends within the field ${named(declaration)}`);
    this.#at = at + count;
    return at;
  }

  #countValue(): void {
    if (++this.#values > MAX_VALUES) throw new Fault(`it has more than ${MAX_VALUES} values`);
  }
}

const UTF8_FORMATS: ReadonlySet<number> = new Set([OutType.XML, OutType.JSON, OutType.UTF8]);
const windows1252 = new TextDecoder('windows-1252');

/** Text of an 8-bit string: its OutType tells the character set. */
function textOf(bytes: Buffer, { outType }: FieldDeclaration): string {
  return UTF8_FORMATS.has(outType) ? bytes.toString('utf8') : windows1252.decode(bytes);
}

function named({ name }: FieldDeclaration): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
