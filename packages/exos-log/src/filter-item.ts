import { LogFilterError } from './errors.ts';
import { coversEvents, type Events, eventsMayOverlap, eventsText } from './events.ts';
import { PARAMETER_TYPES, type ParameterRole, type ParameterType } from './parameter-type.ts';
import { quoted, quotedList } from './quoted.ts';
import { ALL_SEVERITIES, type Severity, type SeverityMask, severityMask } from './severity.ts';

/** What a parameter of an incident must be. Plain data. */
export interface Criterion {
  readonly type: ParameterType;
  /** Only parameters of that role; absent: of any role, or none. */
  readonly role?: ParameterRole;
  /** Compared exactly, apart from the spellings that one address, number or MAC address can have. */
  readonly value: string;
}

/** The parameters that incidents must have. Plain data. */
export interface ParameterMatch {
  /** `strict-match`: a criterion whose parameter the event does not define fails; else it is ignored. */
  readonly strict: boolean;
  /** All must hold. */
  readonly criteria: readonly Criterion[];
}

/** A set of incidents. Plain data. */
export interface Selection {
  readonly events: Events;
  readonly severities: SeverityMask;
  /** Whether, besides, each sub-component's own threshold decides. */
  readonly threshold: boolean;
  readonly match?: ParameterMatch;
}

/** One item of a filter. Plain data. */
export interface FilterItem extends Selection {
  readonly action: 'include' | 'exclude';
  /** What was deleted from the item since it was added. */
  readonly except: readonly Selection[];
}

/** What follows `add`, `add exclude`, `delete` and `delete exclude` in a filter command. */
export interface FilterStatement {
  /** With `exclude`; default without. */
  readonly exclude?: boolean;
  readonly events: Events;
  /** `severity <s>`; `all` only with `delete` and `exclude`. */
  readonly severity?: Severity | 'all';
  /** `severity <s> only`; default: more urgent ones, too. */
  readonly only?: boolean;
  /** `match` or `strict-match`, and what follows. */
  readonly match?: ParameterMatch;
}

/** The item that a statement adds. @throws {LogFilterError} The severity can't stand there. */
export function itemToAdd(filter: string, statement: FilterStatement): FilterItem {
  const exclude = statement.exclude ?? false;
  return {
    action: exclude ? 'exclude' : 'include',
    ...selection(filter, statement, exclude),
    except: [],
  };
}

/** What a statement deletes. @throws {LogFilterError} The severity can't stand there. */
export function selectionToDelete(filter: string, statement: FilterStatement): Selection {
  return selection(filter, statement, true);
}

function selection(filter: string, statement: FilterStatement, allByDefault: boolean): Selection {
  const { events, severity, only = false, match } = statement;
  if (match !== undefined) checkMatch(filter, match);
  const rest = { events, ...(match === undefined || match.criteria.length === 0 ? {} : { match }) };
  if (events.condition !== undefined) {
    if (severity !== undefined) {
      throw invalid(
        filter,
        `the condition ${quoted(eventsText(events))} has a severity of its own; leave ${quoted(`severity ${severity}`)} out`,
      );
    }
    return { ...rest, severities: ALL_SEVERITIES, threshold: false };
  }
  if (severity === undefined) return { ...rest, severities: ALL_SEVERITIES, threshold: !allByDefault };
  if (severity === 'all') {
    if (!allByDefault || only) {
      throw invalid(
        filter,
        '"severity all" stands only after delete or exclude, without "only"; name a severity',
      );
    }
    return { ...rest, severities: ALL_SEVERITIES, threshold: false };
  }
  return { ...rest, severities: severityMask(severity, only), threshold: false };
}

function checkMatch(filter: string, { criteria }: ParameterMatch): void {
  for (const { type, role, value } of criteria) {
    const { roles, words, normalize } = PARAMETER_TYPES[type];
    if (role !== undefined && !roles.includes(role)) {
      const remedy = roles.length === 0 ? `leave ${quoted(role)} out` : `use ${quotedList(roles, 'or')}`;
      throw invalid(filter, `there is no parameter ${quoted(`${role} ${words}`)}; ${remedy}`);
    }
    if (normalize(value) === undefined)
      throw invalid(filter, `${quoted(value)} is no value of ${quoted(words)}`);
  }
}

function invalid(filter: string, fault: string): LogFilterError {
  const message = `Cannot change the log filter ${quoted(filter)}: ${fault}.`;
  return new LogFilterError('ERR_TRACEBUF_INVALID_FILTER_ITEM', filter, message);
}

/** Whether two criteria let the same values through. */
function sameCriterion(a: Criterion, b: Criterion): boolean {
  if (a.type !== b.type || a.role !== b.role) return false;
  const { normalize } = PARAMETER_TYPES[a.type];
  return (normalize(a.value) ?? a.value) === (normalize(b.value) ?? b.value);
}

/** Whether every incident that one accepts, the other does. */
export function coversMatch(outer: ParameterMatch | undefined, inner: ParameterMatch | undefined): boolean {
  if (outer === undefined) return true;
  if (inner === undefined || (outer.strict && !inner.strict)) return false;
  return outer.criteria.every((criterion) => inner.criteria.some((other) => sameCriterion(criterion, other)));
}

/** Severities of `inner` that `outer` covers, as far as its events and parameters cover those of `inner`. */
export function coveredSeverities(outer: Selection, inner: Selection): SeverityMask {
  if (outer.threshold && !inner.threshold) return 0;
  if (!coversEvents(outer.events, inner.events) || !coversMatch(outer.match, inner.match)) return 0;
  return outer.severities & inner.severities;
}

/** Whether every incident of one is in another. */
export function covers(outer: Selection, inner: Selection): boolean {
  return coveredSeverities(outer, inner) === inner.severities;
}

/** Whether an incident can be in both. */
export function mayOverlap(a: Selection, b: Selection): boolean {
  return (a.severities & b.severities) !== 0 && eventsMayOverlap(a.events, b.events);
}
