import type { TraceRecord } from '@tracebuf/ring';
import type { ComponentDefinition } from '../component.ts';
import type { ConditionDefinition } from '../condition.ts';
import { parseComponentDefinition } from '../configuration-schema.ts';
import type { IncidentDetail } from './incident-detail.ts';

/** What the incidents of a component share: its definition, and whether the memory buffer took them. */
interface SharedIncident extends Readonly<Record<string, unknown>> {
  readonly component: ComponentDefinition;
  readonly inMemoryBuffer: boolean;
}

/** Those that the memory buffer took, and those that it did not, by their component: one object for all of them. */
const sharedBy = new WeakMap<ComponentDefinition, Map<boolean, SharedIncident>>();

/** What an incident shares with others, for a store that keeps it once. */
export function sharedOf(component: ComponentDefinition, inMemoryBuffer: boolean): SharedIncident {
  const both = sharedBy.get(component) ?? new Map<boolean, SharedIncident>();
  sharedBy.set(component, both);
  const known = both.get(inMemoryBuffer) ?? { component, inMemoryBuffer };
  both.set(inMemoryBuffer, known);
  return known;
}

/**
 * The field that holds a parameter: its name, or `param_condition` where a field is called so already.
 *
 * @param fields Those that are there.
 */
export function fieldOfParameter(name: string, fields: object): string {
  return name in fields || name === '__proto__' ? `param_${name}` : name;
}

/** Definitions by the object that told of them; `undefined` where it is none. */
const components = new WeakMap<object, ComponentDefinition | undefined>();

/** What an incident that was read from a store says besides its record. Untrusted; `undefined` where that is not known. */
export function restoredIncident({ kind, fields, shared }: TraceRecord): IncidentDetail | undefined {
  if (kind !== 'incident' || fields === undefined || shared === undefined) return undefined;
  const component = componentOf(shared);
  const condition = component?.conditions.find(({ id }) => id === fields.condition);
  if (component === undefined || condition === undefined) return undefined;
  return {
    component,
    condition,
    values: valuesOf(condition, fields),
    inMemoryBuffer: shared.inMemoryBuffer !== false,
  };
}

function componentOf(shared: Readonly<Record<string, unknown>>): ComponentDefinition | undefined {
  if (components.has(shared)) return components.get(shared);
  let component: ComponentDefinition | undefined;
  try {
    component = parseComponentDefinition(shared.component);
  } catch {
    // Damaged or hostile: as if it were not known.
  }
  components.set(shared, component);
  return component;
}

/** The parameters as text, up to the first that is missing. */
function valuesOf({ parameters }: ConditionDefinition, fields: Readonly<Record<string, unknown>>): string[] {
  const values: string[] = [];
  const seen: Record<string, unknown> = { condition: '', severity: '' };
  for (const { name } of parameters) {
    const field = fieldOfParameter(name, seen);
    seen[field] = '';
    const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (typeof value !== 'string' && typeof value !== 'number') break;
    values.push(String(value));
  }
  return values;
}
