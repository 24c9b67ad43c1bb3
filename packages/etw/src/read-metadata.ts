import { InType, InTypeFlag } from './in-type.ts';

/** How many values a field has, and where their number stands. */
export type FieldShape = 'single' | 'fixed' | 'variable' | 'custom';

/** A field as event metadata declares it. */
export interface FieldDeclaration {
  readonly name: string;
  /** Of {@link InType}, without its flags. */
  readonly inType: number;
  /** Of `OutType`; 0 for a struct. */
  readonly outType: number;
  /** 28 bits. */
  readonly tag: number;
  readonly shape: FieldShape;
  /** Elements of a fixed array. */
  readonly count?: number;
  /** Description of a custom type. */
  readonly schema?: Buffer;
  /** Fields of a struct. */
  readonly fields?: readonly FieldDeclaration[];
}

/** An event as its metadata declares it. */
export interface EventDeclaration {
  readonly name: string;
  /** 28 bits. */
  readonly tag: number;
  readonly fields: readonly FieldDeclaration[];
  /** What is wrong with the metadata; what stands before the fault has been read. */
  readonly fault?: string;
}

const SIZE_FIELD = 2;
/** Structs nested more deeply are a fault: nobody could show them. */
const MAX_DEPTH = 32;
/** First bit behind the highest group of seven bits of a tag. */
const TAG_SHIFTS = [21, 14, 7, 0] as const;

/** Ends the reading of metadata that makes no sense. */
class Fault extends Error {}

/**
 * Reads event metadata. Any bytes may be given: it never throws, and takes time and memory in proportion to them.
 *
 * @param bytes As `EventMetadata` lays them out; what lies behind the size that stands in front is not looked at.
 */
export function readMetadata(bytes: Uint8Array): EventDeclaration {
  const reader = new MetadataReader(bytes);
  const declaration: Mutable<EventDeclaration> = { name: '', tag: 0, fields: reader.fields };
  try {
    reader.size();
    declaration.tag = reader.tag();
    declaration.name = reader.name();
    reader.readFields();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    declaration.fault = error.message;
  }
  return declaration;
}

class MetadataReader {
  readonly fields: FieldDeclaration[] = [];
  readonly #bytes: Buffer;
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
  }

  size(): void {
    const size = this.#u16();
    if (size < SIZE_FIELD || size > this.#end) {
      throw new Fault(`its metadata says that it has ${size} bytes, and has ${this.#end}`);
    }
    this.#end = size;
  }

  tag(): number {
    let tag = 0;
    for (const shift of TAG_SHIFTS) {
      const byte = this.#u8();
      tag |= (byte & 0x7f) << shift;
      if ((byte & InTypeFlag.CHAIN) === 0) return tag;
    }
    throw new Fault('a tag has more than four bytes');
  }

  name(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0 || end >= this.#end) throw new Fault('a name has no end');
    const name = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return name;
  }

  /** All fields up to the end, each put into {@link fields} when it is whole, so that a fault leaves those before it. */
  readFields(): void {
    while (this.#at < this.#end) this.#field(this.fields, 1);
  }

  #field(into: FieldDeclaration[], depth: number): void {
    const name = this.name();
    const first = this.#u8();
    const inType = first & InTypeFlag.TYPE_MASK;
    let outType = 0;
    let tag = 0;
    if ((first & InTypeFlag.CHAIN) !== 0) {
      const second = this.#u8();
      outType = second & 0x7f;
      if ((second & InTypeFlag.CHAIN) !== 0) tag = this.tag();
    }
    const shape = SHAPES[(first & InTypeFlag.ARRAY_MASK) >> 5] as FieldShape;
    const field: Mutable<FieldDeclaration> = { name, inType, outType, tag, shape };
    if (shape === 'fixed') field.count = this.#u16();
    if (shape === 'custom') field.schema = this.#take(this.#u16());
    if (inType !== InType.STRUCT) {
      into.push(field);
      return;
    }
    if (depth >= MAX_DEPTH) throw new Fault(`its structs are nested more than ${MAX_DEPTH} deep`);
    const fields: FieldDeclaration[] = [];
    field.outType = 0;
    field.fields = fields;
    into.push(field);
    for (let index = 0; index < outType; index++) {
      if (this.#at >= this.#end) throw new Fault(`the struct ${JSON.stringify(name)} lacks fields`);
      this.#field(fields, depth + 1);
    }
  }

  #u8(): number {
    if (this.#at >= this.#end) throw new Fault('its metadata is cut short');
    return this.#bytes[this.#at++] as number;
  }

  #u16(): number {
    const low = this.#u8();
    return low | (this.#u8() << 8);
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#end) throw new Fault('its metadata is cut short');
    this.#at += count;
    return Buffer.from(this.#bytes.subarray(this.#at - count, this.#at));
  }
}

const SHAPES: readonly FieldShape[] = ['single', 'fixed', 'variable', 'custom'];

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
