import type { FieldReference, Operator, PathSegment, TimeUnit } from './ast.ts';
import { isName, isSegment } from './names.ts';

/**
 * What the values of a field are; it decides which operators and values the field takes.
 * `json` is anything a JSON document holds, known only when a record is looked at.
 */
export type FieldType = 'string' | 'number' | 'time' | 'duration' | 'level' | 'json';

/** Where SQL finds a field: in an expression, or in a JSON document that an expression gives. */
export type FieldSource =
  | {
      readonly kind: 'column';
      /** An SQL expression, most often a column. Trusted: it becomes SQL as it is. */
      readonly expression: string;
      /** Fields of type `level`: the expression for the level's name; without it only severities compare. */
      readonly label?: string;
    }
  | {
      readonly kind: 'json';
      /** An SQL expression for the JSON text. Trusted: it becomes SQL as it is. */
      readonly document: string;
      /** Path in the document; always bound, never written into SQL. */
      readonly path: readonly PathSegment[];
      /** Whether one key that is spelt like the whole path, with dots, goes before the nested path. */
      readonly flat: boolean;
    };

/**
 * One field: how a record and how SQL give it. This is where a package with records or tables of its own plugs in.
 *
 * @typeParam R What the predicate is called with.
 */
export interface FieldDefinition<R> {
  /** Name in filters. */
  readonly name: string;
  readonly type: FieldType;
  /** One line for Tab completion and help. */
  readonly description?: string;
  /** Durations: the unit the values are in, default `ns`. Other fields: the unit to which `5ms` converts, default `ms`. */
  readonly unit?: TimeUnit;
  /** Gives the value: for `time` microseconds since 1970, for `level` the severity; `undefined` where there is none. */
  readonly get: (record: R) => unknown;
  /** Fields of type `level`: gives the level's name. */
  readonly label?: (record: R) => unknown;
  readonly source: FieldSource;
}

/** The fields that a filter may name. */
export interface FieldCatalog<R> {
  /** All fields that have a name of their own, in the order in which help shows them. */
  readonly fields: readonly FieldDefinition<R>[];
  /** Finds a field; `undefined` where the catalog has none of that path. */
  resolve(path: readonly PathSegment[], exact: boolean): FieldDefinition<R> | undefined;
}

/** The structured part of a record, whose keys are fields without being listed. */
export interface OpenFields<R> {
  /** The name by which it is reached explicitly: with `fields`, `fields.name` is the key `name`. */
  readonly root: string;
  /** Gives the object; `undefined` where a record has none. */
  readonly get: (record: R) => unknown;
  /** SQL expression for the same as JSON text. Trusted: it becomes SQL as it is. */
  readonly document: string;
}

const NUMERIC: readonly Operator[] = ['==', '!=', '<', '<=', '>', '>=', 'in', 'not in'];
const ALL: readonly Operator[] = ['==', '!=', '=~', '!~', '<', '<=', '>', '>=', 'in', 'not in'];

/**
 * The operators that a field of a type takes.
 *
 * @param type The type of the field.
 */
export function operatorsOf(type: FieldType): readonly Operator[] {
  return type === 'number' || type === 'time' || type === 'duration' ? NUMERIC : ALL;
}

/**
 * Writes a path as a filter names it, such as `req.headers["x y"]`.
 *
 * @param path The segments.
 * @param exact Whether to quote every segment after the first, so that it means just these segments.
 */
export function formatPath(path: readonly PathSegment[], exact = false): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (index === 0) return segment;
      return exact || !isSegment(segment) ? `[${quoteSegment(segment)}]` : `.${segment}`;
    })
    .join('');
}

/** A segment has no wildcards; only the quote, the backslash and control characters need an escape. */
function quoteSegment(segment: string): string {
  const escaped = segment.replace(/[\\"]/g, '\\$&');
  return `"${escaped.replace(/\p{Cc}/gu, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}

/**
 * The name of a referenced field in its one spelling.
 *
 * @param reference A field as a filter names it.
 */
export function fieldName(reference: Pick<FieldReference, 'path' | 'exact'>): string {
  return formatPath(reference.path, reference.exact);
}

/** One step along a path: keys lead only through objects, indexes only through arrays; nothing inherited counts. */
function step(value: unknown, segment: PathSegment): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (typeof segment === 'number') return Array.isArray(value) ? value[segment] : undefined;
  if (Array.isArray(value) || !Object.hasOwn(value, segment)) return undefined;
  return (value as Record<string, unknown>)[segment];
}

/**
 * Walks from a JSON value along a path, as SQLite's JSON paths do.
 *
 * @param value Where to start.
 * @param path The segments.
 * @returns The value found, or `undefined`.
 */
export function walk(value: unknown, path: readonly PathSegment[]): unknown {
  let current = value;
  for (const segment of path) current = step(current, segment);
  return current;
}

/** Makes the accessor of a path; one and two segments are by far the most common, and need no loop. */
function accessor<R>(
  get: (record: R) => unknown,
  path: readonly PathSegment[],
  flat: boolean,
): (record: R) => unknown {
  const [first, second] = path;
  let nested = (root: unknown): unknown => walk(root, path);
  if (path.length === 1 && first !== undefined) nested = (root) => step(root, first);
  if (path.length === 2 && first !== undefined && second !== undefined) {
    nested = (root) => step(step(root, first), second);
  }
  if (!flat) return (record) => nested(get(record));
  const key = path.join('.');
  return (record) => {
    const root = get(record);
    const value = step(root, key);
    // What JSON can't hold counts as absent, here as in the document that SQL sees.
    return isJson(value) ? value : nested(root);
  };
}

function isJson(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}

/**
 * Makes the definition of a field that is a path into the structured part of a record.
 *
 * @param open The structured part.
 * @param path Where the value is in it, at least one segment.
 * @param options Its name (default the path), type (default `json`), unit, description, and whether one key spelt like
 * the whole path goes first (default no).
 */
export function jsonField<R>(
  open: OpenFields<R>,
  path: readonly PathSegment[],
  options: Partial<Pick<FieldDefinition<R>, 'name' | 'type' | 'unit' | 'description'>> & {
    flat?: boolean;
  } = {},
): FieldDefinition<R> {
  const { flat = false, ...rest } = options;
  return {
    name: formatPath(path),
    type: 'json',
    ...rest,
    get: accessor(open.get, path, flat),
    source: { kind: 'json', document: open.document, path, flat },
  };
}

/**
 * Makes a catalog.
 *
 * @param fields The fields with names of their own; a name may have dots.
 * @param open Where every other path leads; without it an unlisted field is an error.
 * @throws TypeError where a name could not be written in a filter.
 */
export function createCatalog<R>(
  fields: readonly FieldDefinition<R>[],
  open?: OpenFields<R>,
): FieldCatalog<R> {
  const byName = new Map<string, FieldDefinition<R>>();
  for (const field of fields) {
    if (!field.name.split('.').every((part, index) => (index === 0 ? isName(part) : isSegment(part)))) {
      throw new TypeError(
        `The field name ${JSON.stringify(field.name)} can't be written in a filter: use letters, digits, _ and dots`,
      );
    }
    byName.set(field.name, field);
  }
  return {
    fields,
    resolve(path, exact) {
      // An index is never part of a listed name: `a[0]` is not a field called `a.0`.
      if (!exact && !path.some((segment) => typeof segment === 'number')) {
        const known = byName.get(path.join('.'));
        if (known !== undefined) return known;
      }
      if (open === undefined) return undefined;
      const inner = path[0] === open.root ? path.slice(1) : path;
      // The whole structured part is no value to compare with; an index needs an array, and the root is an object.
      if (inner.length === 0 || typeof inner[0] === 'number') return undefined;
      const flat = !exact && inner.length > 1 && inner.every((segment) => typeof segment === 'string');
      return jsonField(open, inner, { name: formatPath(path, exact), flat });
    },
  };
}
