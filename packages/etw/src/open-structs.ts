import { EtwError } from './errors.ts';
import type { EventMetadata } from './event-metadata.ts';
import { MAX_FIELDS, MAX_STRUCT_FIELDS } from './limits.ts';

/**
 * Counts the fields of structs whose number is written when they are closed. A struct with a number given in advance
 * takes so many fields and is no level of its own: what is in it counts once, as one field, for the struct around it.
 */
export class OpenStructs {
  /** Where the number of each open struct stands; -1 for one whose number was given in advance. */
  readonly #places = new Int32Array(MAX_FIELDS + 1);
  /** Fields so far; for those given in advance: how many are still to come. */
  readonly #counts = new Int32Array(MAX_FIELDS + 1);
  #depth = 0;
  #open = 0;

  /** How many structs wait to be closed. */
  get open(): number {
    return this.#open;
  }

  /** Forgets all. */
  clear(): void {
    this.#depth = 0;
    this.#open = 0;
  }

  /** Counts a field that is no struct. */
  addField(): void {
    if (this.#depth > 0) this.#count();
  }

  /** Counts a struct whose fields follow, so many. */
  addStruct(fieldCount: number): void {
    if (this.#depth > 0) this.#count();
    if (this.#open > 0) this.#push(-1, fieldCount);
  }

  /** @param place Where its number will be written. */
  openStruct(place: number): void {
    if (this.#depth > 0) this.#count();
    this.#push(place, 0);
    this.#open++;
  }

  /**
   * Ends the struct that was opened last, and writes its number into the metadata.
   *
   * @throws EtwError `bad_field_count` where none is open, one given in advance lacks fields, or it has no fields or too many.
   */
  closeStruct(metadata: EventMetadata): void {
    const place = this.#depth === 0 ? -1 : (this.#places[this.#depth - 1] as number);
    if (place < 0) {
      const fault =
        this.#open === 0 ? 'there is no open struct' : 'a struct in it lacks fields that were announced';
      throw new EtwError('bad_field_count', `Cannot close a struct: ${fault}.`);
    }
    const count = this.#counts[this.#depth - 1] as number;
    if (count < 1 || count > MAX_STRUCT_FIELDS) throw badFieldCount(count);
    this.#depth--;
    this.#open--;
    this.#dropFull();
    metadata.setFieldCount(place, count);
  }

  #push(place: number, count: number): void {
    this.#places[this.#depth] = place;
    this.#counts[this.#depth] = count;
    this.#depth++;
  }

  #count(): void {
    const top = this.#depth - 1;
    if ((this.#places[top] as number) >= 0) {
      this.#counts[top] = (this.#counts[top] as number) + 1;
      return;
    }
    this.#counts[top] = (this.#counts[top] as number) - 1;
    this.#dropFull();
  }

  /** Structs given in advance that have all their fields are over. */
  #dropFull(): void {
    while (this.#depth > 0 && this.#places[this.#depth - 1] === -1 && this.#counts[this.#depth - 1] === 0) {
      this.#depth--;
    }
  }
}

/** The error of a struct with so many fields. */
export function badFieldCount(count: number): EtwError {
  return new EtwError(
    'bad_field_count',
    `A struct has ${JSON.stringify(String(count))} fields; give from 1 to ${MAX_STRUCT_FIELDS}.`,
  );
}
