import { ByteBlock } from './byte-block.ts';
import { EtwError, shown } from './errors.ts';
import { InTypeFlag } from './in-type.ts';
import { MAX_METADATA, MAX_TAG } from './limits.ts';
import { MAX_OUT_TYPE } from './out-type.ts';
import { MAX_UTF8_PER_UNIT, NOT_PLAIN, writePlain, writeUtf8 } from './text-bytes.ts';

const INITIAL_CAPACITY = 512;
const SIZE_FIELD = 2;
/** Bits of an event tag that its first byte, and its first two bytes, hold. */
const TAG_IN_1_BYTE = 0x0fe0_0000;
const TAG_IN_2_BYTES = 0x0fff_c000;
/** Most bytes behind a field's name: NUL, InType, OutType, tag. */
const MAX_FIELD_ENDING = 7;

/**
 * Event metadata: the name of an event, and names and types of its fields.
 *
 * ```
 * u16  size of all of this
 * u8+  event tag: 1, 2 or 4 bytes of 7 bits, highest first; the top bit says that another byte follows
 *      name in UTF-8, then a zero byte
 * for each field:
 *      name in UTF-8, then a zero byte
 * u8   InType; 0x40 for a variable array; 0x80 if an OutType follows
 * u8   OutType; 0x80 if a tag follows
 * u8x4 tag
 * ```
 */
export class EventMetadata extends ByteBlock {
  constructor() {
    super(INITIAL_CAPACITY);
  }

  /**
   * Starts the metadata of another event.
   *
   * @throws EtwError `name_has_nul`, `metadata_too_long`, `bad_type`
   */
  begin(name: string | Uint8Array, tag: number): void {
    this.size = SIZE_FIELD;
    this.ensure(4);
    let at = SIZE_FIELD;
    const { bytes } = this;
    if ((tag & ~TAG_IN_1_BYTE) === 0) bytes[at++] = tag >>> 21;
    else if ((tag & ~TAG_IN_2_BYTES) === 0) {
      bytes[at++] = (tag >>> 21) | 0x80;
      bytes[at++] = (tag >>> 14) & 0x7f;
    } else at = writeTag(bytes, at, tag);
    this.size = at;
    this.#name(name, 'event', 0);
    this.#limit(name);
  }

  /**
   * Appends a field.
   *
   * @param inType With {@link InTypeFlag.VARIABLE} for an array.
   * @param outType For a struct: the number of its fields.
   * @returns Where the OutType stands, if there is one.
   * @throws EtwError `bad_out_type`, `bad_tag`, `name_has_nul`, `metadata_too_long`, `bad_type`
   */
  field(name: string | Uint8Array, inType: number, outType: number, tag: number): number {
    if ((outType & MAX_OUT_TYPE) !== outType) {
      throw new EtwError(
        'bad_out_type',
        `The OutType of field ${shown(name)} is ${shown(outType)}; give one from 0 to ${MAX_OUT_TYPE}.`,
      );
    }
    if ((tag & MAX_TAG) !== tag) throw badTag(`field ${shown(name)}`, tag);
    this.#name(name, 'field', MAX_FIELD_ENDING);
    const { bytes } = this;
    const inTypeAt = this.size;
    if (tag !== 0) {
      bytes[inTypeAt] = inType | InTypeFlag.CHAIN;
      bytes[inTypeAt + 1] = outType | InTypeFlag.CHAIN;
      this.size = writeTag(bytes, inTypeAt + 2, tag);
    } else if (outType !== 0) {
      bytes[inTypeAt] = inType | InTypeFlag.CHAIN;
      bytes[inTypeAt + 1] = outType;
      this.size = inTypeAt + 2;
    } else {
      bytes[inTypeAt] = inType;
      this.size = inTypeAt + 1;
    }
    this.#limit(name);
    return inTypeAt + 1;
  }

  /** Replaces the number of fields of a struct. */
  setFieldCount(at: number, count: number): void {
    const { bytes } = this;
    bytes[at] = ((bytes[at] as number) & InTypeFlag.CHAIN) | count;
  }

  /** Writes the size into the first two bytes. */
  finish(): void {
    this.view.setUint16(0, this.size, true);
  }

  /** Writes a name and its NUL. */
  #name(name: string | Uint8Array, owner: string, more: number): void {
    if (typeof name === 'string') {
      // What can't fit must not make the block grow.
      if (name.length > MAX_METADATA) throw name.includes('\0') ? nameHasNul(owner, name) : tooLong(name);
      const room = name.length * MAX_UTF8_PER_UNIT;
      this.ensure(room + 1 + more);
      let written = writePlain(this.bytes, this.size, name);
      if (written === NOT_PLAIN) {
        if (name.includes('\0')) throw nameHasNul(owner, name);
        written = writeUtf8(this.bytes, this.size, name, room);
      }
      this.size += written;
    } else if (name instanceof Uint8Array) {
      if (name.includes(0)) throw nameHasNul(owner, name);
      if (name.length > MAX_METADATA) throw tooLong(name);
      this.ensure(name.length + 1 + more);
      this.bytes.set(name, this.size);
      this.size += name.length;
    } else {
      throw new EtwError('bad_type', `The name of a ${owner} is no text: ${shown(name)}; give a string.`);
    }
    this.bytes[this.size++] = 0;
  }

  #limit(name: string | Uint8Array): void {
    if (this.size > MAX_METADATA) throw tooLong(name);
  }
}

/** InType of the elements of a variable array. */
export function arrayOf(inType: number): number {
  return inType | InTypeFlag.VARIABLE;
}

/** @throws EtwError `bad_tag` where an event's tag has more than 28 bits. */
export function checkEventTag(tag: number): void {
  if ((tag & MAX_TAG) !== tag) throw badTag('an event', tag);
}

function writeTag(bytes: Buffer, at: number, tag: number): number {
  bytes[at] = (tag >>> 21) | 0x80;
  bytes[at + 1] = ((tag >>> 14) & 0x7f) | 0x80;
  bytes[at + 2] = ((tag >>> 7) & 0x7f) | 0x80;
  bytes[at + 3] = tag & 0x7f;
  return at + 4;
}

function badTag(what: string, tag: number): EtwError {
  return new EtwError('bad_tag', `The tag of ${what} is ${shown(tag)}; give one from 0 to ${MAX_TAG}.`);
}

function nameHasNul(owner: string, name: string | Uint8Array): EtwError {
  return new EtwError('name_has_nul', `The ${owner} name ${shown(name)} has a NUL character; leave it out.`);
}

function tooLong(name: string | Uint8Array): EtwError {
  return new EtwError(
    'metadata_too_long',
    `With the name ${shown(name)} the metadata of the event has more than ${MAX_METADATA} bytes; shorten names or leave fields out.`,
  );
}
