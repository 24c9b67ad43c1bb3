import type { Expression } from './ast.ts';
import { elementsOf, type FieldCatalog, type FieldDefinition } from './catalog.ts';
import { walk } from './json-path.ts';

/** A filter, divided by what it speaks of. Both parts have to hold. */
export interface DividedFilter {
  /** What holds or not whatever the element. */
  readonly apart: readonly Expression[];
  /** What one and the same element has to fulfil; empty where no field of an element is named. */
  readonly together: readonly Expression[];
}

/** Divides a filter, at the `and`s that it is made of. */
export function divideByElements(root: Expression, catalog: FieldCatalog<never>): DividedFilter {
  const apart: Expression[] = [];
  const together: Expression[] = [];
  const visit = (node: Expression): void => {
    if (node.type === 'and') node.operands.forEach(visit);
    else if (namesElements(node, catalog)) together.push(node);
    else apart.push(node);
  };
  visit(root);
  return { apart, together };
}

function namesElements(node: Expression, catalog: FieldCatalog<never>): boolean {
  if (node.type === 'not') return namesElements(node.operand, catalog);
  if (node.type !== 'comparison') return node.operands.some((operand) => namesElements(operand, catalog));
  return catalog.resolve(node.field.path, node.field.exact)?.elementKey !== undefined;
}

/** The element that a filter is put to just now. */
export interface CurrentElement {
  /** Whether there is one: else fields are those of the record. */
  isSet: boolean;
  value: unknown;
}

/** The same fields, where those of an element are read from the current one. */
export function elementCatalog<R>(catalog: FieldCatalog<R>, current: CurrentElement): FieldCatalog<R> {
  return {
    fields: catalog.fields,
    resolve(path, exact) {
      const field = catalog.resolve(path, exact);
      if (field?.elementKey === undefined) return field;
      const key = [field.elementKey];
      const { get } = field;
      return { ...field, get: (record) => (current.isSet ? walk(current.value, key) : get(record)) };
    },
  };
}

/**
 * All values of a field in a record: of a field of elements one for each of them, else one.
 *
 * @param field A field of the catalog.
 * @param catalog The catalog.
 */
export function fieldValues<R>(
  field: FieldDefinition<R>,
  catalog: FieldCatalog<R>,
  record: R,
): readonly unknown[] {
  const { elementKey } = field;
  if (elementKey !== undefined && catalog.elements !== undefined) {
    const elements = elementsOf(catalog.elements, record);
    if (elements.length > 0) return elements.map((element) => walk(element, [elementKey]));
  }
  return [field.get(record)];
}
