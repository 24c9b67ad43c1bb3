import type { ComponentDefinition } from './component.ts';
import { UnknownEventError } from './errors.ts';
import { sameName } from './event-name.ts';
import { ALL_EVENTS, type Events } from './events.ts';

/** What an abbreviated name can mean. */
export interface EventCandidate {
  /** The full name: `all`, `STP`, `STP.InBPDU`, `STP.InBPDU.Drop`. */
  readonly name: string;
  readonly events: Events;
  readonly kind: 'all' | 'component' | 'sub-component' | 'condition';
}

/**
 * Reads events as a person types them: `all`, or a component, sub-component or condition, in any case, each part
 * abbreviated as far as it stays unambiguous. Former names of conditions mean the conditions that have them now.
 *
 * @throws {UnknownEventError} It means nothing known, or several things.
 */
export function parseEvents(text: string, components: readonly ComponentDefinition[]): Events {
  const candidates = matchEvents(text, components);
  const [only, ...others] = candidates;
  if (only === undefined) throw new UnknownEventError(text, [], nearby(text, components));
  if (others.length > 0) {
    throw new UnknownEventError(
      text,
      candidates.map(({ name }) => name),
    );
  }
  return only.events;
}

/** All that a text can mean, for completion: one candidate for a good name. */
export function matchEvents(text: string, components: readonly ComponentDefinition[]): EventCandidate[] {
  const parts = text.trim().split('.');
  const [first = '', second, third] = parts;
  if (parts.length > 3) return [];
  const owners = named(first, [...components], ({ name }) => [name]);
  if (second === undefined) {
    const all: EventCandidate = { name: 'all', events: ALL_EVENTS, kind: 'all' };
    if (first.toLowerCase() === 'all') return [all];
    const found = owners.map(
      ({ name }): EventCandidate => ({ name, events: { component: name }, kind: 'component' }),
    );
    const exact = found.length === 1 && sameName(found[0]?.name ?? '', first);
    return !exact && 'all'.startsWith(first.toLowerCase()) ? [all, ...found] : found;
  }
  return owners.flatMap((owner) =>
    third === undefined ? inComponent(owner, second) : inPart(owner, second, third),
  );
}

function inComponent(owner: ComponentDefinition, text: string): EventCandidate[] {
  const parts: EventCandidate[] = owner.subComponents.map(({ name }) => ({
    name: `${owner.name}.${name}`,
    events: { component: owner.name, subComponent: name },
    kind: 'sub-component',
  }));
  const candidates = [...parts, ...conditionsIn(owner, undefined)];
  return named(text, candidates, lastNames(owner));
}

function inPart(owner: ComponentDefinition, part: string, text: string): EventCandidate[] {
  return named(part, [...owner.subComponents], ({ name }) => [name]).flatMap(({ name }) =>
    named(text, conditionsIn(owner, name), lastNames(owner)),
  );
}

function conditionsIn(owner: ComponentDefinition, subComponent: string | undefined): EventCandidate[] {
  return owner.conditions
    .filter((condition) => condition.subComponent === subComponent)
    .map(({ id, name }) => ({
      name: id,
      events: {
        component: owner.name,
        ...(subComponent === undefined ? {} : { subComponent }),
        condition: name,
      },
      kind: 'condition',
    }));
}

/** The last part of a candidate's name, and of its former ones. */
function lastNames(owner: ComponentDefinition): (candidate: EventCandidate) => string[] {
  return ({ name }) => {
    const condition = owner.conditions.find(({ id }) => id === name);
    return [name, ...(condition?.aliases ?? [])].map((full) => full.slice(full.lastIndexOf('.') + 1));
  };
}

/** Those that a text names exactly, else those that it abbreviates. */
function named<T>(text: string, candidates: readonly T[], namesOf: (candidate: T) => string[]): T[] {
  const start = text.toLowerCase();
  const exact = candidates.filter((candidate) =>
    namesOf(candidate).some((name) => name.toLowerCase() === start),
  );
  if (exact.length > 0) return exact;
  return candidates.filter((candidate) =>
    namesOf(candidate).some((name) => name.toLowerCase().startsWith(start)),
  );
}

/** Names at the place where a text went wrong, for the message. */
function nearby(text: string, components: readonly ComponentDefinition[]): string[] {
  const dot = text.lastIndexOf('.');
  const around = dot < 0 ? [] : matchEvents(`${text.slice(0, dot)}.`, components);
  return around.length > 0 ? around.map(({ name }) => name) : components.map(({ name }) => name);
}
