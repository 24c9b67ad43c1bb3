import type { ComponentDefinition } from './component.ts';
import type { ParameterDefinition } from './condition.ts';
import { sameName } from './event-name.ts';
import type { Severity } from './severity.ts';

/** What the catalog says about one condition. Plain data with stable keys. */
export interface CatalogEntry {
  /** `Component.SubComponent.Condition` or `Component.Condition`. */
  readonly id: string;
  readonly component: string;
  readonly subComponent?: string;
  readonly condition: string;
  readonly componentId: number;
  readonly formatVersion: number;
  readonly contentVersion: number;
  readonly severity: Severity;
  readonly text: string;
  readonly parameters: readonly ParameterDefinition[];
  readonly cause?: string;
  readonly action?: string;
  /** Full names that it had before. */
  readonly aliases: readonly string[];
}

/** The catalog of components: every condition, in the order of their declaration. */
export function catalogOf(components: readonly ComponentDefinition[]): CatalogEntry[] {
  return components.flatMap((component) =>
    component.conditions.map(
      ({ id, subComponent, name, severity, text, parameters, cause, action, aliases }) => ({
        id,
        component: component.name,
        ...(subComponent === undefined ? {} : { subComponent }),
        condition: name,
        componentId: component.componentId,
        formatVersion: component.formatVersion,
        contentVersion: component.contentVersion,
        severity,
        text,
        parameters,
        ...(cause === undefined ? {} : { cause }),
        ...(action === undefined ? {} : { action }),
        aliases,
      }),
    ),
  );
}

/** What can change between two catalogs. */
export type CatalogChangeKind =
  | 'condition-added'
  | 'condition-removed'
  | 'condition-renamed'
  | 'alias-removed'
  | 'parameter-added'
  | 'parameter-removed'
  | 'parameter-moved'
  | 'parameter-type-changed'
  | 'severity-changed'
  | 'text-changed'
  | 'component-id-changed'
  | 'version-not-raised'
  | 'version-lowered';

/** One difference between two catalogs. */
export interface CatalogChange {
  readonly kind: CatalogChangeKind;
  /** Whether filters, readers or alerts made for the former catalog can go wrong. */
  readonly breaking: boolean;
  /** Full name of the condition, or name of the component. */
  readonly id: string;
  /** One sentence: what changed, from what to what, and where it is breaking, what to do. */
  readonly message: string;
}

/**
 * Compares two catalogs of the same program, as CI does before a release.
 *
 * @param before The catalog that was published.
 * @param after The catalog to be published.
 * @returns The differences, breaking ones first; none when nothing changed.
 */
export function compareCatalogs(
  before: readonly CatalogEntry[],
  after: readonly CatalogEntry[],
): CatalogChange[] {
  const changes: CatalogChange[] = [];
  const successors = new Set<CatalogEntry>();
  for (const former of before) {
    const current =
      after.find(({ id }) => sameName(id, former.id)) ?? after.find((entry) => isAlias(entry, former.id));
    if (current === undefined) {
      changes.push(
        breaking(
          'condition-removed',
          former.id,
          `was removed; if it was renamed, give the new condition the alias "${former.condition}"`,
        ),
      );
      continue;
    }
    successors.add(current);
    changes.push(...compareConditions(former, current));
  }
  for (const entry of after) {
    if (!successors.has(entry)) changes.push(harmless('condition-added', entry.id, 'was added'));
  }
  changes.push(...compareComponents(before, after, changes));
  return changes.toSorted((a, b) => Number(b.breaking) - Number(a.breaking));
}

function isAlias(entry: CatalogEntry, id: string): boolean {
  return entry.aliases.some((alias) => sameName(alias, id));
}

function compareConditions(former: CatalogEntry, current: CatalogEntry): CatalogChange[] {
  const { id } = current;
  const changes: CatalogChange[] = [];
  if (!sameName(former.id, id)) {
    changes.push(harmless('condition-renamed', id, `was "${former.id}", which stays as an alias`));
  }
  for (const alias of former.aliases) {
    if (!isAlias(current, alias) && !sameName(alias, id)) {
      changes.push(breaking('alias-removed', id, `lost the alias "${alias}"; keep it`));
    }
  }
  if (former.severity !== current.severity) {
    changes.push(
      breaking(
        'severity-changed',
        id,
        `has severity "${current.severity}", was "${former.severity}"; declare a new condition for it`,
      ),
    );
  }
  changes.push(...compareParameters(former, current));
  if (former.text !== current.text) {
    changes.push(harmless('text-changed', id, `says "${current.text}", said "${former.text}"`));
  }
  return changes;
}

function compareParameters(former: CatalogEntry, current: CatalogEntry): CatalogChange[] {
  const { id } = current;
  const changes: CatalogChange[] = [];
  for (const was of former.parameters) {
    const is = current.parameters.find(({ name }) => name === was.name);
    if (is === undefined) {
      changes.push(breaking('parameter-removed', id, `lost its parameter "${was.name}"; keep it`));
    } else if (is.type !== was.type || is.role !== was.role) {
      changes.push(
        breaking(
          'parameter-type-changed',
          id,
          `has the parameter "${was.name}" as ${describe(is)}, was ${describe(was)}; add another parameter instead`,
        ),
      );
    }
  }
  for (const is of current.parameters) {
    if (!former.parameters.some(({ name }) => name === is.name)) {
      changes.push(harmless('parameter-added', id, `has a new parameter "${is.name}"`));
    }
  }
  const kept = former.parameters.map(({ name }) => name).filter((name) => has(current, name));
  const now = current.parameters.map(({ name }) => name).filter((name) => has(former, name));
  if (kept.join() !== now.join()) {
    // Those who call it by position get other values, and so do texts with %0%.
    changes.push(
      breaking('parameter-moved', id, `takes ${now.join(', ')}, took ${kept.join(', ')}; keep the order`),
    );
  }
  return changes;
}

function has(entry: CatalogEntry, parameter: string): boolean {
  return entry.parameters.some(({ name }) => name === parameter);
}

function describe({ role, type }: ParameterDefinition): string {
  return role === undefined ? `"${type}"` : `"${role} ${type}"`;
}

/** Changes of the versions and the id of each component. */
function compareComponents(
  before: readonly CatalogEntry[],
  after: readonly CatalogEntry[],
  changes: readonly CatalogChange[],
): CatalogChange[] {
  const found: CatalogChange[] = [];
  for (const name of new Set(after.map(({ component }) => component))) {
    const former = before.find(({ component }) => sameName(component, name));
    const current = after.find(({ component }) => component === name);
    if (former === undefined || current === undefined) continue;
    if (former.componentId !== current.componentId) {
      found.push(
        breaking(
          'component-id-changed',
          name,
          `has id ${current.componentId}, was ${former.componentId}; set componentId`,
        ),
      );
    }
    if (current.formatVersion < former.formatVersion) {
      found.push(
        breaking(
          'version-lowered',
          name,
          `has formatVersion ${current.formatVersion}, was ${former.formatVersion}`,
        ),
      );
    } else if (current.formatVersion === former.formatVersion) {
      found.push(...unraised(name, current, former, changes));
    }
  }
  return found;
}

const FORMAT_CHANGES: ReadonlySet<CatalogChangeKind> = new Set([
  'text-changed',
  'parameter-added',
  'parameter-removed',
  'parameter-moved',
  'parameter-type-changed',
]);

function unraised(
  name: string,
  current: CatalogEntry,
  former: CatalogEntry,
  changes: readonly CatalogChange[],
): CatalogChange[] {
  const own = changes.filter(({ id }) => sameName(id.slice(0, name.length + 1), `${name}.`));
  if (own.some(({ kind }) => FORMAT_CHANGES.has(kind))) {
    const what = `has changed texts or parameters and still formatVersion ${former.formatVersion}; raise it`;
    return [breaking('version-not-raised', name, what)];
  }
  if (current.contentVersion < former.contentVersion) {
    const what = `has contentVersion ${current.contentVersion}, was ${former.contentVersion}`;
    return [breaking('version-lowered', name, what)];
  }
  if (
    own.some(({ kind }) => kind === 'condition-added') &&
    current.contentVersion === former.contentVersion
  ) {
    const what = `has new conditions and still contentVersion ${former.contentVersion}; raise it`;
    return [breaking('version-not-raised', name, what)];
  }
  return [];
}

function breaking(kind: CatalogChangeKind, id: string, what: string): CatalogChange {
  return { kind, breaking: true, id, message: `"${id}" ${what}.` };
}

function harmless(kind: CatalogChangeKind, id: string, what: string): CatalogChange {
  return { kind, breaking: false, id, message: `"${id}" ${what}.` };
}
