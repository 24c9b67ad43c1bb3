import type { ConditionDefinition } from './condition.ts';
import { InvalidDeclarationError } from './errors.ts';
import { checkComponentName } from './event-name.ts';
import { quoted } from './quoted.ts';
import { isSeverity, type Severity } from './severity.ts';

/** The lowest and the highest id of a component that is not the vendor's own. */
export const COMPONENT_IDS = { first: 512, last: 1023 } as const;

/** A part of a component with a title and a threshold of its own. Plain data. */
export interface SubComponentDefinition {
  readonly name: string;
  readonly title: string;
  /** Threshold until it is configured; absent: that of the component. */
  readonly factoryThreshold?: Severity;
}

/** A component with all its conditions: what a reader has to know to understand its incidents. Plain data. */
export interface ComponentDefinition {
  /** Its identity, equal in any case. */
  readonly name: string;
  readonly title: string;
  /** Raised when texts or parameters change. */
  readonly formatVersion: number;
  /** Raised when conditions are added. */
  readonly contentVersion: number;
  /** 512 to 1023; for display only. */
  readonly componentId: number;
  readonly factoryThreshold: Severity;
  readonly subComponents: readonly SubComponentDefinition[];
  /** The index of a condition in this list is its number in incidents. */
  readonly conditions: readonly ConditionDefinition[];
}

/** What a component is declared with. */
export interface ComponentOptions {
  /** Version of texts and parameters, a whole number from 1; raise it when they change. */
  readonly formatVersion: number;
  /** Version of the set of conditions, a whole number from 1; raise it when some are added. Default 1. */
  readonly contentVersion?: number;
  /** 512 to 1023; default: hashed from the name. */
  readonly componentId?: number;
  /** The least urgent severity that filters without a severity let through; default `info`. */
  readonly factoryThreshold?: Severity;
}

/**
 * Checks the declaration of a component that has no conditions yet.
 *
 * @throws {InvalidDeclarationError} A name, title, version, id or threshold can't be used.
 */
export function defineComponent(name: string, title: string, options: ComponentOptions): ComponentDefinition {
  checkComponentName(name);
  const what = `component ${quoted(name)}`;
  checkTitle(what, title);
  const {
    formatVersion,
    contentVersion = 1,
    componentId = hashedComponentId(name),
    factoryThreshold = 'info',
  } = options;
  checkWhole(what, 'formatVersion', formatVersion, 1, 0xffff);
  checkWhole(what, 'contentVersion', contentVersion, 1, 0xffff);
  checkWhole(what, 'componentId', componentId, COMPONENT_IDS.first, COMPONENT_IDS.last);
  checkThreshold(what, factoryThreshold);
  return {
    name,
    title,
    formatVersion,
    contentVersion,
    componentId,
    factoryThreshold,
    subComponents: [],
    conditions: [],
  };
}

/** Checks that a title is a text of one line. */
export function checkTitle(what: string, title: unknown): void {
  if (typeof title !== 'string' || title.trim() === '' || /[\r\n]/.test(title)) {
    throw new InvalidDeclarationError(what, `its title is ${quoted(title)}; give it a title of one line`);
  }
}

/** Checks that a threshold is a severity. */
export function checkThreshold(what: string, threshold: unknown): void {
  if (!isSeverity(threshold)) {
    throw new InvalidDeclarationError(
      what,
      `its factoryThreshold is ${quoted(threshold)}; use one of Severity`,
    );
  }
}

function checkWhole(what: string, option: string, value: unknown, least: number, most: number): void {
  if (!(Number.isInteger(value) && Number(value) >= least && Number(value) <= most)) {
    throw new InvalidDeclarationError(
      what,
      `its ${option} is ${quoted(value)}; give a whole number from ${least} to ${most}`,
    );
  }
}

/** The id of a component that declares none: a hash of its name in lower case, 512 to 1023 (FNV-1a, folded). */
export function hashedComponentId(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name.toLowerCase(), 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return COMPONENT_IDS.first + ((hash ^ (hash >>> 9) ^ (hash >>> 18)) & 0x1ff);
}

/** The threshold of a sub-component, or of what belongs to the component itself, before any configuration. */
export function factoryThresholdOf(
  component: ComponentDefinition,
  subComponent: string | undefined,
): Severity {
  const part = component.subComponents.find(({ name }) => name === subComponent);
  return part?.factoryThreshold ?? component.factoryThreshold;
}
