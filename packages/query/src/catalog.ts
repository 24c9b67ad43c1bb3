import type { FieldReference, Operator, PathSegment, TimeUnit } from './ast.ts';
import { step, walk } from './json-path.ts';
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
    }
  | {
      readonly kind: 'element';
      /** An SQL expression for the JSON text that has a list. Trusted: it becomes SQL as it is. */
      readonly document: string;
      /** Key of the list in the document; trusted. */
      readonly key: string;
      /** Key of an element's name; trusted. */
      readonly nameKey: string;
      /** The first element of this name is meant; always bound. */
      readonly name: string;
      /** Path in the element. */
      readonly path: readonly PathSegment[];
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
  /** Fields of elements of {@link FieldCatalog.elements}: their key there; `get` and `source` are for records without any. */
  readonly elementKey?: string;
}

/** The fields that a filter may name. */
export interface FieldCatalog<R> {
  /** All fields that have a name of their own, in the order in which help shows them. */
  readonly fields: readonly FieldDefinition<R>[];
  /** Finds a field; `undefined` where the catalog has none of that path. */
  resolve(path: readonly PathSegment[], exact: boolean): FieldDefinition<R> | undefined;
  /** The list whose elements some of the fields are of. */
  readonly elements?: ElementList<R>;
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

/**
 * A list in a record, such as the arguments of a call. A filter on fields of its elements is put to one element after the
 * other, as if each were a row of its own: a record passes where one of them fulfils all of the filter. A record without
 * elements is one row, in which these fields are what else the record has by their names.
 */
export interface ElementList<R> {
  /** Gives the list; what is no array has no elements. */
  readonly get: (record: R) => unknown;
  /** SQL expression for the JSON document that has the list. Trusted: it becomes SQL as it is. */
  readonly document: string;
  /** Key of the list in the document. */
  readonly key: string;
  /** First name of a path to one element: with `arg`, `arg.n` is the value of the element whose name is `n`. */
  readonly root: string;
  /** Key of an element's name. */
  readonly nameKey: string;
  /** Key of an element's value. */
  readonly valueKey: string;
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

/** The elements of a list; none where it is no list. */
export function elementsOf<R>({ get }: ElementList<R>, record: R): readonly unknown[] {
  const list = get(record);
  return Array.isArray(list) ? list : [];
}

/**
 * Makes the definition of the value of one element, by its name or by its place in the list.
 *
 * @param name Name of the field.
 */
function namedElement<R>(list: ElementList<R>, element: PathSegment, name: string): FieldDefinition<R> {
  const { nameKey, valueKey, document, key } = list;
  const isElement = (each: unknown): boolean => {
    const called = walk(each, [nameKey]);
    return typeof called === 'string' && called.toWellFormed() === element;
  };
  const find = (elements: readonly unknown[]): unknown =>
    typeof element === 'number' ? elements[element] : elements.find(isElement);
  return {
    name,
    type: 'json',
    get: (record) => walk(find(elementsOf(list, record)), [valueKey]),
    source:
      typeof element === 'number'
        ? { kind: 'json', document, path: [key, element, valueKey], flat: false }
        : { kind: 'element', document, key, nameKey, name: element, path: [valueKey] },
  };
}

/**
 * Makes a catalog.
 *
 * @param fields The fields with names of their own; a name may have dots.
 * @param open Where every other path leads; without it an unlisted field is an error.
 * @param elements The list that fields with an `elementKey` are of.
 * @throws TypeError where a name could not be written in a filter.
 */
export function createCatalog<R>(
  fields: readonly FieldDefinition<R>[],
  open?: OpenFields<R>,
  elements?: ElementList<R>,
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
    ...(elements === undefined ? {} : { elements }),
    resolve(path, exact) {
      // An index is never part of a listed name: `a[0]` is not a field called `a.0`.
      if (!exact && !path.some((segment) => typeof segment === 'number')) {
        const known = byName.get(path.join('.'));
        if (known !== undefined) return known;
      }
      const [root, element, ...rest] = path;
      if (elements !== undefined && root === elements.root && element !== undefined && rest.length === 0)
        return namedElement(elements, element, formatPath(path, exact));
      if (open === undefined) return undefined;
      const inner = path[0] === open.root ? path.slice(1) : path;
      // The whole structured part is no value to compare with; an index needs an array, and the root is an object.
      if (inner.length === 0 || typeof inner[0] === 'number') return undefined;
      const flat = !exact && inner.length > 1 && inner.every((segment) => typeof segment === 'string');
      return jsonField(open, inner, { name: formatPath(path, exact), flat });
    },
  };
}
