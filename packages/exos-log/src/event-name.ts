import { InvalidDeclarationError } from './errors.ts';
import { quoted } from './quoted.ts';

const COMPONENT_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const METHOD_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** Checks the name of a component: a letter, then up to 63 letters, digits, `_`, `-`; not `all`. */
export function checkComponentName(name: string): void {
  if (typeof name !== 'string' || !COMPONENT_NAME.test(name) || name.toLowerCase() === 'all') {
    throw new InvalidDeclarationError(
      `component ${quoted(name)}`,
      'its name must be a letter, then up to 63 letters, digits, "_" or "-", and not "all"',
    );
  }
}

/** Checks a name that becomes a property of the logger: a letter, then up to 63 letters, digits, `_`. */
export function checkMethodName(what: string, name: string, reserved: ReadonlySet<string>): void {
  if (!METHOD_NAME.test(name)) {
    throw new InvalidDeclarationError(
      what,
      'its name must be a letter, then up to 63 letters, digits or "_", because it becomes a method',
    );
  }
  if (reserved.has(name) || name.toLowerCase() === 'all') {
    throw new InvalidDeclarationError(what, `the name ${quoted(name)} is reserved; choose another`);
  }
}

/** The full name of a condition: `Component.Condition` or `Component.SubComponent.Condition`. */
export function conditionId(component: string, subComponent: string | undefined, condition: string): string {
  return subComponent === undefined
    ? `${component}.${condition}`
    : `${component}.${subComponent}.${condition}`;
}

/** Names of components, sub-components and conditions are equal in any case. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
