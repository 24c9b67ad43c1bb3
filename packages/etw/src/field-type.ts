import type { EventData } from './event-data.ts';

/** How the values of a field get into the data of an event. */
export interface FieldEncoding<T> {
  /** Fewest bytes that a value takes: so many are kept free for it while those before it are encoded. */
  readonly minSize: number;
  /** How many of the 128 fields of an event it takes. */
  readonly slots: number;
  /**
   * Appends a value. What is no value of the type is replaced, what is too long is cut; that it never fails is what keeps an
   * event whole, whatever a program passes in.
   *
   * @param end The value may go up to there; there is room for {@link minSize}.
   * @returns Bits of `RecordFlag`.
   */
  encode(data: EventData, value: T, end: number): number;
}

/**
 * The type of a field in the schema of an event: how it is encoded, and how it is shown.
 *
 * @typeParam T Values that the field takes.
 */
export class FieldType<T> {
  /** Of `InType`, with its array flag. */
  readonly inType: number;
  /** Of `OutType`. */
  readonly outType: number;
  /** 28 bits for processors of events. */
  readonly fieldTag: number;
  /** How values are encoded. */
  readonly encoding: FieldEncoding<T>;
  /** Fields of a struct, by name. */
  readonly fields: Readonly<Record<string, FieldType<unknown>>> | undefined;

  constructor(
    inType: number,
    outType: number,
    encoding: FieldEncoding<T>,
    fields?: Readonly<Record<string, FieldType<unknown>>>,
    fieldTag = 0,
  ) {
    this.inType = inType;
    this.outType = outType;
    this.encoding = encoding;
    this.fields = fields;
    this.fieldTag = fieldTag;
  }

  /** The same type, shown in another way; nothing checks that the two go together. A struct has no other. */
  as(outType: number): FieldType<T> {
    return new FieldType(this.inType, outType, this.encoding, this.fields, this.fieldTag);
  }

  /** The same type with a tag of 28 bits. */
  tag(fieldTag: number): FieldType<T> {
    return new FieldType(this.inType, this.outType, this.encoding, this.fields, fieldTag);
  }
}
