import type { TraceRecord } from '@tracebuf/ring';
import type { FieldCatalog } from './catalog.ts';
import { fieldValues } from './element-fields.ts';
import { recordCatalog } from './record-catalog.ts';
import { isAbsent, toNumber } from './values.ts';

/** What occurs in one field. */
export interface FieldStatistics {
  /** Texts that occur, with how often each does; for levels the names. */
  readonly texts: ReadonlyMap<string, number>;
  /** Whether there are more texts than are listed, so that a text that is not listed may still occur. Default no. */
  readonly truncated?: boolean;
  /** Least number that occurs; absent where no number does. Times in microseconds, durations in the field's unit. */
  readonly min?: number;
  /** Greatest number that occurs. */
  readonly max?: number;
  /** In how many records the field has a value. */
  readonly count: number;
}

/** What occurs in the data, by the fields' names as filters spell them. */
export interface DataStatistics {
  readonly fields: ReadonlyMap<string, FieldStatistics>;
  /** Whether every field that occurs is listed, so that one that is not listed occurs nowhere. Default no. */
  readonly complete?: boolean;
}

/** How {@link gatherStatistics} works. */
export interface GatherOptions {
  /** Most different texts that are kept of one field; default 10 000. */
  readonly maxTexts?: number;
}

interface Gathering {
  texts: Map<string, number>;
  truncated: boolean;
  min: number;
  max: number;
  count: number;
}

/**
 * Gathers what occurs in fields of records, for {@link checkFilter} and {@link completions}.
 *
 * @param records The records.
 * @param names The fields, as filters spell them without quotes; most often those of one filter.
 * @param options How many texts to keep.
 */
export function gatherStatistics(
  records: Iterable<TraceRecord>,
  names: Iterable<string>,
  options: GatherOptions = {},
): DataStatistics {
  const { maxTexts = 10_000 } = options;
  const catalog: FieldCatalog<TraceRecord> = recordCatalog;
  const found = Array.from(new Set(names), (name) => {
    const field = catalog.resolve(name.split('.'), false);
    const gathering: Gathering = {
      texts: new Map(),
      truncated: false,
      min: Infinity,
      max: -Infinity,
      count: 0,
    };
    return { name, field, gathering };
  });
  for (const record of records) {
    for (const { field, gathering } of found) {
      if (field === undefined) continue;
      const values = fieldValues(field, catalog, record).filter((value) => !isAbsent(value));
      if (values.length === 0) continue;
      gathering.count++;
      for (const value of values) addValue(gathering, value, maxTexts);
      if (field.label !== undefined) addValue(gathering, field.label(record), maxTexts);
    }
  }
  return {
    fields: new Map(
      found.map(({ name, gathering: { texts, truncated, min, max, count } }) => [
        name,
        { texts, truncated, count, ...(min <= max ? { min, max } : {}) },
      ]),
    ),
  };
}

function addValue(gathering: Gathering, value: unknown, maxTexts: number): void {
  if (typeof value === 'string') {
    const count = gathering.texts.get(value);
    if (count === undefined && gathering.texts.size >= maxTexts) gathering.truncated = true;
    else gathering.texts.set(value, (count ?? 0) + 1);
    return;
  }
  const number = toNumber(value);
  if (number < gathering.min) gathering.min = number;
  if (number > gathering.max) gathering.max = number;
}
