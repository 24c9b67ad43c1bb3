import type { EncodedEvent } from './encoded-event.ts';
import { EtwError, shown } from './errors.ts';
import { EventData } from './event-data.ts';
import { DESCRIPTOR_SIZE, TRACELOGGING_CHANNEL, writeDescriptor } from './event-descriptor.ts';
import { arrayOf, checkEventTag, EventMetadata } from './event-metadata.ts';
import { InType } from './in-type.ts';
import { MAX_ELEMENTS, MAX_FIELDS, MAX_STRUCT_FIELDS } from './limits.ts';
import { badFieldCount, OpenStructs } from './open-structs.ts';
import { OutType } from './out-type.ts';
import {
  putCounted,
  putGuid,
  putGuidBytes,
  putSid,
  putStr16Bytes,
  putSystemtime,
  putZstr8Bytes,
  putZstr16Bytes,
} from './put-bytes.ts';
import {
  type Integer,
  type Put,
  putFloat32,
  putFloat64,
  putInt8,
  putInt16,
  putInt32,
  putInt64,
  putUint8,
  putUint16,
  putUint32,
  putUint64,
} from './put-numbers.ts';
import { putStr8, putStr16, putZstr8, putZstr16 } from './put-texts.ts';

/** A name: text, or its UTF-8 as bytes. */
type Name = string | Uint8Array;

const DEFAULT_LEVEL = 5;
const DEFAULT_KEYWORD = 1n;

/** Size of a pointer of this process: what Windows calls INTPTR. */
const POINTER_SIZE = process.arch === 'ia32' || process.arch === 'arm' ? 4 : 8;

/** How an {@link EventBuilder} encodes. */
export interface EventBuilderOptions {
  /** Bytes of a pointer, 4 or 8; default: those of this process. */
  readonly pointerSize?: number;
}

/**
 * Builds an event of TraceLogging field by field, byte for byte as the encoders of microsoft/tracelogging do. Made once
 * and used again: once warm, it allocates nothing.
 *
 * ```ts
 * const event = new EventBuilder();
 * event.reset('FileOpened', 4, 0x21n).addZstr16('Path', path).addUint64('Size', size);
 * provider.write(event);
 * ```
 *
 * Every `add` takes a name (text, or its UTF-8 as bytes), a value, an {@link OutType} and a tag of 28 bits. What can't
 * be encoded is an {@link EtwError}, after which the event can't be written: only another `reset` helps. An event has
 * at most 128 fields (an array counts as two), 32,768 bytes of metadata and 65,536 of data; Windows drops events of 64 KB and more, all headers
 * included: see {@link EventBuilder.size}.
 */
export class EventBuilder {
  readonly #descriptor: Buffer = Buffer.alloc(DESCRIPTOR_SIZE);
  readonly #metadata = new EventMetadata();
  readonly #data = new EventData();
  readonly #structs = new OpenStructs();
  readonly #wide: boolean;
  readonly #encoded: Mutable<EncodedEvent>;
  #fields = 0;
  #failed = true;

  /** @throws EtwError `range` where the size of a pointer is neither 4 nor 8. */
  constructor({ pointerSize = POINTER_SIZE }: EventBuilderOptions = {}) {
    if (pointerSize !== 4 && pointerSize !== 8) {
      throw new EtwError('range', `A pointer cannot have ${shown(pointerSize)} bytes; give 4 or 8.`);
    }
    this.#wide = pointerSize === 8;
    this.#encoded = {
      descriptor: this.#descriptor,
      metadata: this.#metadata.bytes,
      metadataSize: 0,
      data: this.#data.bytes,
      dataWords: this.#data.words,
      dataSize: 0,
    };
  }

  /** Bytes of metadata and data so far. Windows takes somewhat less than 64 KB, with about 200 bytes of headers and the provider's name. */
  get size(): number {
    return this.#metadata.size + this.#data.size;
  }

  /**
   * Starts another event.
   *
   * @param name May be empty, without NUL.
   * @param level 0 to 255; 1 critical, 2 error, 3 warning, 4 info, 5 verbose, the default. 0 passes every filter.
   * @param keyword 64 bits, each a category that sessions ask for; default 1. 0 passes every filter.
   * @param opcode 0 to 255; 0 info, the default, 1 start, 2 stop.
   * @param id 0 to 65535; default 0: the name tells the event.
   * @param version 0 to 255; default 0.
   * @param tag 28 bits for processors of events; default 0.
   * @param task 0 to 65535; default 0.
   * @param channel 0 to 255; default 11, TraceLogging.
   * @throws EtwError `bad_tag`, `name_has_nul`, `range`, `not_a_number`, `metadata_too_long`
   */
  reset(
    name: Name,
    level: number = DEFAULT_LEVEL,
    keyword: number | bigint = DEFAULT_KEYWORD,
    opcode = 0,
    id = 0,
    version = 0,
    tag = 0,
    task = 0,
    channel: number = TRACELOGGING_CHANNEL,
  ): this {
    this.#failed = true;
    checkEventTag(tag);
    // A name that has a NUL is told first, one that is too long last.
    if (typeof name === 'string' ? !name.includes('\0') : name instanceof Uint8Array && !name.includes(0)) {
      writeDescriptor(this.#descriptor, id, version, channel, level, opcode, task, keyword);
    }
    this.#metadata.begin(name, tag);
    this.#data.size = 0;
    this.#fields = 0;
    this.#structs.clear();
    this.#failed = false;
    return this;
  }

  /**
   * Tells whether the event can be written.
   *
   * @throws EtwError `builder_state` before the first `reset`, and after an error.
   */
  checkState(): void {
    if (this.#failed) {
      throw new EtwError(
        'builder_state',
        'The event cannot be used: it was not begun, or a field of it failed; call reset first.',
      );
    }
  }

  /** Adds a text as UTF-16 up to its first NUL, and a NUL. */
  addZstr16(name: Name, value: string, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UNICODESTRING, outType, tag, 1, value, putZstr16);
  }

  /** Adds an array of the values that {@link addZstr16} takes. */
  addZstr16Seq(name: Name, values: ArrayLike<string>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.UNICODESTRING, outType, tag, values, putZstr16);
  }

  /** Adds UTF-16 given as an even number of bytes, up to the first NUL, and a NUL. */
  addZstr16BytesUtf16le(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UNICODESTRING, outType, tag, 1, value, putZstr16Bytes);
  }

  /** Adds an array of the values that {@link addZstr16BytesUtf16le} takes. */
  addZstr16BytesUtf16leSeq(
    name: Name,
    values: ArrayLike<Uint8Array>,
    outType: number = OutType.NULL,
    tag = 0,
  ): this {
    return this.#addArray(name, InType.UNICODESTRING, outType, tag, values, putZstr16Bytes);
  }

  /** Adds a text as UTF-8 up to its first NUL, and a NUL. */
  addZstr8(name: Name, value: string, outType: number = OutType.UTF8, tag = 0): this {
    return this.#add(name, InType.ANSISTRING, outType, tag, 1, value, putZstr8);
  }

  /** Adds an array of the values that {@link addZstr8} takes. */
  addZstr8Seq(name: Name, values: ArrayLike<string>, outType: number = OutType.UTF8, tag = 0): this {
    return this.#addArray(name, InType.ANSISTRING, outType, tag, values, putZstr8);
  }

  /** Adds an 8-bit text given as bytes, up to the first NUL, and a NUL. */
  addZstr8Bytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.ANSISTRING, outType, tag, 1, value, putZstr8Bytes);
  }

  /** Adds an array of the values that {@link addZstr8Bytes} takes. */
  addZstr8BytesSeq(name: Name, values: ArrayLike<Uint8Array>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.ANSISTRING, outType, tag, values, putZstr8Bytes);
  }

  /** Adds a signed whole number of 8 bits. */
  addInt8(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.INT8, outType, tag, 1, value, putInt8);
  }

  /** Adds an array of the values that {@link addInt8} takes. */
  addInt8Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.INT8, outType, tag, values, putInt8);
  }

  /** Adds an unsigned whole number of 8 bits. */
  addUint8(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UINT8, outType, tag, 1, value, putUint8);
  }

  /** Adds an array of the values that {@link addUint8} takes. */
  addUint8Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.UINT8, outType, tag, values, putUint8);
  }

  /** Adds a signed whole number of 16 bits. */
  addInt16(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.INT16, outType, tag, 1, value, putInt16);
  }

  /** Adds an array of the values that {@link addInt16} takes. */
  addInt16Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.INT16, outType, tag, values, putInt16);
  }

  /** Adds an unsigned whole number of 16 bits. */
  addUint16(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UINT16, outType, tag, 1, value, putUint16);
  }

  /** Adds an array of the values that {@link addUint16} takes. */
  addUint16Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.UINT16, outType, tag, values, putUint16);
  }

  /** Adds a signed whole number of 32 bits. */
  addInt32(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.INT32, outType, tag, 1, value, putInt32);
  }

  /** Adds an array of the values that {@link addInt32} takes. */
  addInt32Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.INT32, outType, tag, values, putInt32);
  }

  /** Adds an unsigned whole number of 32 bits. */
  addUint32(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UINT32, outType, tag, 1, value, putUint32);
  }

  /** Adds an array of the values that {@link addUint32} takes. */
  addUint32Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.UINT32, outType, tag, values, putUint32);
  }

  /** Adds a signed whole number of 64 bits. */
  addInt64(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.INT64, outType, tag, 1, value, putInt64);
  }

  /** Adds an array of the values that {@link addInt64} takes. */
  addInt64Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.INT64, outType, tag, values, putInt64);
  }

  /** Adds an unsigned whole number of 64 bits. */
  addUint64(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.UINT64, outType, tag, 1, value, putUint64);
  }

  /** Adds an array of the values that {@link addUint64} takes. */
  addUint64Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.UINT64, outType, tag, values, putUint64);
  }

  /** Adds a signed whole number of the size of a pointer. */
  addIntptr(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(
      name,
      this.#wide ? InType.INT64 : InType.INT32,
      outType,
      tag,
      1,
      value,
      this.#wide ? putInt64 : putInt32,
    );
  }

  /** Adds an array of the values that {@link addIntptr} takes. */
  addIntptrSeq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(
      name,
      this.#wide ? InType.INT64 : InType.INT32,
      outType,
      tag,
      values,
      this.#wide ? putInt64 : putInt32,
    );
  }

  /** Adds an unsigned whole number of the size of a pointer. */
  addUintptr(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(
      name,
      this.#wide ? InType.UINT64 : InType.UINT32,
      outType,
      tag,
      1,
      value,
      this.#wide ? putUint64 : putUint32,
    );
  }

  /** Adds an array of the values that {@link addUintptr} takes. */
  addUintptrSeq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(
      name,
      this.#wide ? InType.UINT64 : InType.UINT32,
      outType,
      tag,
      values,
      this.#wide ? putUint64 : putUint32,
    );
  }

  /** Adds a number as a float of 32 bits. */
  addFloat32(name: Name, value: number, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.FLOAT, outType, tag, 1, value, putFloat32);
  }

  /** Adds an array of the values that {@link addFloat32} takes. */
  addFloat32Seq(name: Name, values: ArrayLike<number>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.FLOAT, outType, tag, values, putFloat32);
  }

  /** Adds a number as a float of 64 bits. */
  addFloat64(name: Name, value: number, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.DOUBLE, outType, tag, 1, value, putFloat64);
  }

  /** Adds an array of the values that {@link addFloat64} takes. */
  addFloat64Seq(name: Name, values: ArrayLike<number>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.DOUBLE, outType, tag, values, putFloat64);
  }

  /** Adds a boolean of 32 bits; numbers other than 0 and 1 are kept. */
  addBool32(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.BOOL32, outType, tag, 1, value, putInt32);
  }

  /** Adds an array of the values that {@link addBool32} takes. */
  addBool32Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.BOOL32, outType, tag, values, putInt32);
  }

  /** Adds bytes; counts as two fields. Decoders show a field with its length besides: `addCbinaryBytes` is newer. */
  addBinaryBytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.BINARY, outType, tag, 2, value, putCounted);
  }

  /** Adds a GUID given as text. */
  addGuid(name: Name, value: string, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.GUID, outType, tag, 1, value, putGuid);
  }

  /** Adds an array of the values that {@link addGuid} takes. */
  addGuidSeq(name: Name, values: ArrayLike<string>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.GUID, outType, tag, values, putGuid);
  }

  /** Adds a GUID given as 16 bytes in memory order. */
  addGuidBytesLe(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.GUID, outType, tag, 1, value, putGuidBytes);
  }

  /** Adds an array of the values that {@link addGuidBytesLe} takes. */
  addGuidBytesLeSeq(
    name: Name,
    values: ArrayLike<Uint8Array>,
    outType: number = OutType.NULL,
    tag = 0,
  ): this {
    return this.#addArray(name, InType.GUID, outType, tag, values, putGuidBytes);
  }

  /** Adds a time in units of 100 ns since 1601-01-01. */
  addFiletimeInt64(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.FILETIME, outType, tag, 1, value, putInt64);
  }

  /** Adds an array of the values that {@link addFiletimeInt64} takes. */
  addFiletimeInt64Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.FILETIME, outType, tag, values, putInt64);
  }

  /** Adds a SYSTEMTIME of 16 bytes. */
  addSystemtimeBytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.SYSTEMTIME, outType, tag, 1, value, putSystemtime);
  }

  /** Adds an array of the values that {@link addSystemtimeBytes} takes. */
  addSystemtimeBytesSeq(
    name: Name,
    values: ArrayLike<Uint8Array>,
    outType: number = OutType.NULL,
    tag = 0,
  ): this {
    return this.#addArray(name, InType.SYSTEMTIME, outType, tag, values, putSystemtime);
  }

  /** Adds a security identifier: 8 bytes and 4 for each sub-authority, whose number is its second byte. */
  addSidBytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.SID, outType, tag, 1, value, putSid);
  }

  /** Adds an array of the values that {@link addSidBytes} takes. */
  addSidBytesSeq(name: Name, values: ArrayLike<Uint8Array>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.SID, outType, tag, values, putSid);
  }

  /** Adds an unsigned whole number of 32 bits, shown in hexadecimal. */
  addHexint32(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.HEXINT32, outType, tag, 1, value, putUint32);
  }

  /** Adds an array of the values that {@link addHexint32} takes. */
  addHexint32Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.HEXINT32, outType, tag, values, putUint32);
  }

  /** Adds an unsigned whole number of 64 bits, shown in hexadecimal. */
  addHexint64(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.HEXINT64, outType, tag, 1, value, putUint64);
  }

  /** Adds an array of the values that {@link addHexint64} takes. */
  addHexint64Seq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.HEXINT64, outType, tag, values, putUint64);
  }

  /** Adds an unsigned whole number of the size of a pointer, shown in hexadecimal. */
  addHexintptr(name: Name, value: Integer, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(
      name,
      this.#wide ? InType.HEXINT64 : InType.HEXINT32,
      outType,
      tag,
      1,
      value,
      this.#wide ? putUint64 : putUint32,
    );
  }

  /** Adds an array of the values that {@link addHexintptr} takes. */
  addHexintptrSeq(name: Name, values: ArrayLike<Integer>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(
      name,
      this.#wide ? InType.HEXINT64 : InType.HEXINT32,
      outType,
      tag,
      values,
      this.#wide ? putUint64 : putUint32,
    );
  }

  /** Adds a text as UTF-16 with its length in front. */
  addStr16(name: Name, value: string, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.COUNTEDSTRING, outType, tag, 1, value, putStr16);
  }

  /** Adds an array of the values that {@link addStr16} takes. */
  addStr16Seq(name: Name, values: ArrayLike<string>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.COUNTEDSTRING, outType, tag, values, putStr16);
  }

  /** Adds UTF-16 given as an even number of bytes, with its length in front. */
  addStr16BytesUtf16le(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.COUNTEDSTRING, outType, tag, 1, value, putStr16Bytes);
  }

  /** Adds an array of the values that {@link addStr16BytesUtf16le} takes. */
  addStr16BytesUtf16leSeq(
    name: Name,
    values: ArrayLike<Uint8Array>,
    outType: number = OutType.NULL,
    tag = 0,
  ): this {
    return this.#addArray(name, InType.COUNTEDSTRING, outType, tag, values, putStr16Bytes);
  }

  /** Adds a text as UTF-8 with its length in front. */
  addStr8(name: Name, value: string, outType: number = OutType.UTF8, tag = 0): this {
    return this.#add(name, InType.COUNTEDANSISTRING, outType, tag, 1, value, putStr8);
  }

  /** Adds an array of the values that {@link addStr8} takes. */
  addStr8Seq(name: Name, values: ArrayLike<string>, outType: number = OutType.UTF8, tag = 0): this {
    return this.#addArray(name, InType.COUNTEDANSISTRING, outType, tag, values, putStr8);
  }

  /** Adds an 8-bit text given as bytes, with its length in front. */
  addStr8Bytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.COUNTEDANSISTRING, outType, tag, 1, value, putCounted);
  }

  /** Adds an array of the values that {@link addStr8Bytes} takes. */
  addStr8BytesSeq(name: Name, values: ArrayLike<Uint8Array>, outType: number = OutType.NULL, tag = 0): this {
    return this.#addArray(name, InType.COUNTEDANSISTRING, outType, tag, values, putCounted);
  }

  /** Adds bytes; decoders know the type since Windows 10 version 1809. */
  addCbinaryBytes(name: Name, value: Uint8Array, outType: number = OutType.NULL, tag = 0): this {
    return this.#add(name, InType.COUNTEDBINARY, outType, tag, 1, value, putCounted);
  }

  /** Adds an array of the values that {@link addCbinaryBytes} takes. */
  addCbinaryBytesSeq(
    name: Name,
    values: ArrayLike<Uint8Array>,
    outType: number = OutType.NULL,
    tag = 0,
  ): this {
    return this.#addArray(name, InType.COUNTEDBINARY, outType, tag, values, putCounted);
  }

  /**
   * Adds a struct: the fields that follow belong to it.
   *
   * @param fieldCount How many, 1 to 127; an array or a struct with its fields counts as one. Nothing checks that they follow.
   * @throws EtwError `bad_field_count`
   */
  addStruct(name: Name, fieldCount: number, tag = 0): this {
    this.#begin(1);
    if (!Number.isInteger(fieldCount) || fieldCount < 1 || fieldCount > MAX_STRUCT_FIELDS) {
      throw badFieldCount(fieldCount);
    }
    this.#metadata.field(name, InType.STRUCT, fieldCount, tag);
    this.#structs.addStruct(fieldCount);
    this.#failed = false;
    return this;
  }

  /** {@link addStruct} for fields that need not be counted: those up to {@link closeStruct} belong to it. */
  openStruct(name: Name, tag = 0): this {
    this.#begin(1);
    this.#structs.openStruct(this.#metadata.field(name, InType.STRUCT, 1, tag));
    this.#failed = false;
    return this;
  }

  /**
   * Ends the struct that was opened last.
   *
   * @throws EtwError `bad_field_count` where it has no field or more than 127.
   */
  closeStruct(): this {
    this.#begin(0);
    this.#structs.closeStruct(this.#metadata);
    this.#failed = false;
    return this;
  }

  /**
   * The event as it goes to a sink; the same object every time. More fields may be added afterwards.
   *
   * @throws EtwError `builder_state` as {@link checkState}, `bad_field_count` where a struct is still open.
   */
  encode(): EncodedEvent {
    this.checkState();
    if (this.#structs.open > 0) {
      throw new EtwError('bad_field_count', 'The event has an open struct; call closeStruct first.');
    }
    this.#metadata.finish();
    const encoded = this.#encoded;
    encoded.metadata = this.#metadata.bytes;
    encoded.metadataSize = this.#metadata.size;
    encoded.data = this.#data.bytes;
    encoded.dataWords = this.#data.words;
    encoded.dataSize = this.#data.size;
    return encoded;
  }

  /** Starts a field. Whatever is thrown until it is complete leaves the event in the error state: it is never sent torn. */
  #begin(slots: number): void {
    this.checkState();
    this.#failed = true;
    if (this.#fields + slots > MAX_FIELDS) {
      throw new EtwError(
        'too_many_fields',
        `The event has ${this.#fields} of ${MAX_FIELDS} fields (an array counts as two), and ${slots} more do not fit.`,
      );
    }
    this.#fields += slots;
  }

  #add<T>(
    name: Name,
    inType: number,
    outType: number,
    tag: number,
    slots: number,
    value: T,
    put: Put<T>,
  ): this {
    this.#begin(slots);
    this.#metadata.field(name, inType, outType, tag);
    put(this.#data, value);
    this.#structs.addField();
    this.#failed = false;
    return this;
  }

  #addArray<T>(
    name: Name,
    inType: number,
    outType: number,
    tag: number,
    values: ArrayLike<T>,
    put: Put<T>,
  ): this {
    this.#begin(2);
    this.#metadata.field(name, arrayOf(inType), outType, tag);
    const data = this.#data;
    const count = values?.length;
    if (!Number.isInteger(count) || typeof values === 'string') {
      throw new EtwError('bad_type', `The value ${shown(values)} is no array; give one.`);
    }
    // Each element takes a byte at least.
    if (count > MAX_ELEMENTS) throw data.tooLong(2 + count);
    const at = data.claim(2);
    data.view.setUint16(at, count, true);
    for (let index = 0; index < count; index++) put(data, values[index] as T);
    this.#structs.addField();
    this.#failed = false;
    return this;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
