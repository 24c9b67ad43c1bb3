import { LogConfigurationError, LogFilterError } from './errors.ts';
import { sameName } from './event-name.ts';
import { type Events, eventsText } from './events.ts';
import { DEFAULT_FILTER, DEFAULT_FILTER_NAME, type Filter } from './filter.ts';
import { addToFilter, deleteFromFilter, type FilterEdit } from './filter-edit.ts';
import type { FilterStatement } from './filter-item.ts';
import { FACTORY_TARGETS, type LogTarget } from './log-target.ts';
import { quoted } from './quoted.ts';
import type { Severity } from './severity.ts';

/** The version of {@link LogConfiguration} as it is saved. */
export const CONFIGURATION_VERSION = 1;

/** Everything about the system log that can be set. Plain data; the functions of this file return changed copies. */
export interface LogConfiguration {
  readonly version: typeof CONFIGURATION_VERSION;
  /** Whether the three debug severities pass at all. */
  readonly debugMode: boolean;
  /** Conditions whose debug incidents pass without debug mode, by full name: until when, in ms since the epoch. */
  readonly debugConditions: Readonly<Record<string, number>>;
  /** Thresholds that differ from the factory's, by `Component` or `Component.SubComponent`. */
  readonly thresholds: Readonly<Record<string, Severity>>;
  readonly filters: readonly Filter[];
  readonly targets: readonly LogTarget[];
  /** Who may read messages: every user, or administrators. */
  readonly messagesPrivilege: 'admin' | 'user';
}

/** The configuration of the factory: see {@link FACTORY_TARGETS} and {@link DEFAULT_FILTER}. */
export const FACTORY_CONFIGURATION: LogConfiguration = {
  version: CONFIGURATION_VERSION,
  debugMode: false,
  debugConditions: {},
  thresholds: {},
  filters: [DEFAULT_FILTER],
  targets: FACTORY_TARGETS,
  messagesPrivilege: 'user',
};

/** Finds a filter by its name, in any case. @throws {LogFilterError} There is none. */
export function findFilter(configuration: LogConfiguration, name: string): Filter {
  const filter = configuration.filters.find((known) => sameName(known.name, name));
  if (filter !== undefined) return filter;
  throw LogFilterError.unknown(
    name,
    configuration.filters.map((known) => known.name),
  );
}

const FILTER_NAME = /^[A-Za-z][\w-]{0,31}$/;
const NOT_FILTER_NAMES: readonly string[] = ['all', 'copy'];

/**
 * `create log filter <name> {copy <filter>}`: a filter without items, which blocks everything, or a copy.
 *
 * @throws {LogFilterError} The name is taken or no name, or there is nothing to copy.
 */
export function createFilter(
  configuration: LogConfiguration,
  name: string,
  copyOf?: string,
): LogConfiguration {
  if (!FILTER_NAME.test(name) || NOT_FILTER_NAMES.includes(name.toLowerCase()))
    throw LogFilterError.badName(name);
  const namesake = configuration.filters.find((known) => sameName(known.name, name));
  if (namesake !== undefined) throw LogFilterError.exists(name, namesake.name);
  const items = copyOf === undefined ? [] : findFilter(configuration, copyOf).items;
  return { ...configuration, filters: [...configuration.filters, { name, items }] };
}

/**
 * `delete log filter [<name> | all]`; `all` leaves the default filter.
 *
 * @throws {LogFilterError} There is none, it is the default filter, or targets use it.
 */
export function deleteFilter(configuration: LogConfiguration, name: string): LogConfiguration {
  const deleted =
    name.toLowerCase() === 'all'
      ? configuration.filters.filter((filter) => filter.name !== DEFAULT_FILTER_NAME)
      : [findFilter(configuration, name)];
  for (const filter of deleted) {
    if (filter.name === DEFAULT_FILTER_NAME) throw LogFilterError.permanent(filter.name);
    const users = configuration.targets.filter((target) => sameName(target.filter, filter.name));
    if (users.length > 0) {
      throw LogFilterError.inUse(
        filter.name,
        users.map((target) => target.name),
      );
    }
  }
  return { ...configuration, filters: configuration.filters.filter((filter) => !deleted.includes(filter)) };
}

/** A changed configuration, and what the change did to the filter. */
export interface FilterChange {
  readonly configuration: LogConfiguration;
  readonly edit: FilterEdit;
}

/**
 * `configure log filter <name> [add | delete] {exclude} events …`.
 *
 * @throws {LogFilterError} There is no such filter, or the severity can't stand there.
 */
export function changeFilter(
  configuration: LogConfiguration,
  name: string,
  action: 'add' | 'delete',
  statement: FilterStatement,
): FilterChange {
  const filter = findFilter(configuration, name);
  const edit = action === 'add' ? addToFilter(filter, statement) : deleteFromFilter(filter, statement);
  const filters = configuration.filters.map((known) => (known === filter ? edit.filter : known));
  return { configuration: { ...configuration, filters }, edit };
}

/** `enable | disable log debug-mode`. */
export function setDebugMode(configuration: LogConfiguration, enabled: boolean): LogConfiguration {
  return { ...configuration, debugMode: enabled };
}

/**
 * Lets a condition's debug incidents pass without debug mode and past the threshold, until it expires.
 *
 * @param condition Its full name.
 * @param until When it expires, in ms since the epoch; `undefined` ends it now.
 */
export function setConditionDebug(
  configuration: LogConfiguration,
  condition: string,
  until: number | undefined,
): LogConfiguration {
  if (until !== undefined && !(Number.isFinite(until) && until >= 0)) {
    throw new LogConfigurationError(
      `The expiry ${quoted(until)} is no time; give milliseconds since the epoch.`,
    );
  }
  return { ...configuration, debugConditions: withEntry(configuration.debugConditions, condition, until) };
}

/** The configuration without debugging that has expired. @param now In ms since the epoch. */
export function withoutExpired(configuration: LogConfiguration, now: number): LogConfiguration {
  const entries = Object.entries(configuration.debugConditions);
  const live = entries.filter(([, until]) => until > now);
  return live.length === entries.length
    ? configuration
    : { ...configuration, debugConditions: Object.fromEntries(live) };
}

/**
 * Sets the threshold of a component or sub-component.
 *
 * @param threshold `undefined`: as in the factory.
 * @throws {LogConfigurationError} The events are no component or sub-component.
 */
export function setThreshold(
  configuration: LogConfiguration,
  events: Events,
  threshold: Severity | undefined,
): LogConfiguration {
  if (events.component === undefined || events.condition !== undefined) {
    throw new LogConfigurationError(
      `${quoted(eventsText(events))} has no threshold; name a component or a sub-component.`,
    );
  }
  return { ...configuration, thresholds: withEntry(configuration.thresholds, eventsText(events), threshold) };
}

/** `configure log messages privilege [admin | user]`. */
export function setMessagesPrivilege(
  configuration: LogConfiguration,
  privilege: 'admin' | 'user',
): LogConfiguration {
  return { ...configuration, messagesPrivilege: privilege };
}

/** A record with an entry set or, where the value is `undefined`, removed; keys are equal in any case. */
function withEntry<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
  value: Value | undefined,
): Readonly<Record<string, Value>> {
  const others = Object.entries(record).filter(([known]) => !sameName(known, key));
  return Object.fromEntries(value === undefined ? others : [...others, [key, value]]);
}
