import type { ConditionDefinition } from './condition.ts';
import { sameName } from './event-name.ts';

/**
 * Which conditions are meant: all, those of a component, those of a sub-component, or one. Names are compared in any
 * case. Plain data.
 */
export interface Events {
  /** Absent: every component. */
  readonly component?: string;
  /** Absent: every sub-component, and what belongs to the component itself. */
  readonly subComponent?: string;
  /** Absent: every condition. Without a sub-component, one that belongs to the component itself. */
  readonly condition?: string;
}

/** Every condition of every component. */
export const ALL_EVENTS: Events = {};

/** Events as a command writes them: `all`, `STP`, `STP.InBPDU`, `STP.InBPDU.Drop`. */
export function eventsText({ component, subComponent, condition }: Events): string {
  if (component === undefined) return 'all';
  return [component, subComponent, condition].filter((name) => name !== undefined).join('.');
}

/** Whether a condition is among the events, by its name or a former one. */
export function includesCondition(
  events: Events,
  component: string,
  condition: ConditionDefinition,
): boolean {
  if (events.component === undefined) return true;
  if (!sameName(events.component, component)) return false;
  if (events.condition === undefined) {
    return events.subComponent === undefined || sameOptional(events.subComponent, condition.subComponent);
  }
  if (!sameOptional(events.subComponent, condition.subComponent)) return false;
  if (sameName(events.condition, condition.name)) return true;
  const wanted = eventsText(events);
  return condition.aliases.some((alias) => sameName(alias, wanted));
}

/** Whether all events of one are among another's, whatever conditions there are. */
export function coversEvents(outer: Events, inner: Events): boolean {
  if (outer.component === undefined) return true;
  if (inner.component === undefined || !sameName(outer.component, inner.component)) return false;
  if (outer.condition !== undefined) return sameEvents(outer, inner);
  return outer.subComponent === undefined || sameOptional(outer.subComponent, inner.subComponent);
}

/**
 * Whether a condition can be among both. Two names of conditions at one place can mean the same one, by an alias.
 */
export function eventsMayOverlap(a: Events, b: Events): boolean {
  if (coversEvents(a, b) || coversEvents(b, a)) return true;
  if (a.condition === undefined || b.condition === undefined) return false;
  return sameOptional(a.component, b.component) && sameOptional(a.subComponent, b.subComponent);
}

/** What is among both, by their names; `undefined` where nothing is. */
export function commonEvents(a: Events, b: Events): Events | undefined {
  if (coversEvents(a, b)) return b;
  return coversEvents(b, a) ? a : undefined;
}

/** Whether two say the same. */
function sameEvents(a: Events, b: Events): boolean {
  return (
    sameOptional(a.component, b.component) &&
    sameOptional(a.subComponent, b.subComponent) &&
    sameOptional(a.condition, b.condition)
  );
}

function sameOptional(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameName(a, b);
}
