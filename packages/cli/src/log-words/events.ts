import {
  type ComponentDefinition,
  type ConditionDefinition,
  type Events,
  findComponent,
  includesCondition,
  matchEvents,
  parseEvents,
} from '@tracebuf/exos-log';
import { nearest } from '@tracebuf/ring';
import { UsageError } from '../errors.ts';
import { refuseDatabase } from '../named-source.ts';
import type { Candidate, WordReader } from '../word-reader.ts';
import { knownComponents } from './components.ts';

const EVENT = '<event>';

/**
 * Reads events where they must stand: `all`, or a component, sub-component or condition.
 *
 * @throws UnknownEventError, UsageError
 */
export function demandEvents(reader: WordReader): Events {
  return eventsOf(reader.text(EVENT, eventCandidates));
}

/** An event, or what is told of a database in its place. */
function eventsOf(word: string): Events {
  const { components } = knownComponents();
  if (matchEvents(word, components).length === 0) {
    refuseDatabase(
      word,
      'the catalog and the counters are this machine\'s; "show log --db <file>" shows its messages',
    );
  }
  return parseEvents(word, components);
}

/**
 * Reads events where keywords may stand as well. A word in full means what it says; an abbreviation of both is refused.
 *
 * @returns `undefined` where a keyword comes next, or nothing.
 * @throws UnknownEventError, UsageError
 */
export function takeEvents(reader: WordReader, keywords: readonly string[]): Events | undefined {
  reader.expect(EVENT, eventCandidates);
  // Asked for as well, so that completion and errors name them.
  const word = reader.next;
  if (word === undefined || keywords.includes(word.toLowerCase())) {
    reader.look(keywords);
    return undefined;
  }
  const events = matchEvents(word, knownComponents().components);
  const isWhole = events.length === 1 && events[0]?.name.toLowerCase() === word.toLowerCase();
  if (!isWhole) {
    const keyword = reader.look(keywords);
    if (keyword !== undefined && events.length === 0) return undefined;
    if (keyword !== undefined) {
      const candidates = [`the word "${keyword}"`, ...events.map(({ name }) => `the event "${name}"`)];
      throw new UsageError(`Ambiguous word: ${JSON.stringify(word)} could be ${candidates.join(' or ')}`);
    }
    if (events.length === 0 && nearest(word, keywords).length > 0) reader.fail();
  }
  reader.skip();
  return eventsOf(word);
}

/** A condition, and the component that it is of. */
export interface FoundCondition {
  readonly component: ComponentDefinition;
  readonly condition: ConditionDefinition;
}

/**
 * Reads the name of one condition.
 *
 * @throws UnknownEventError, UsageError
 */
export function demandCondition(reader: WordReader): FoundCondition {
  const word = reader.next;
  const events = demandEvents(reader);
  const [found] = events.condition === undefined ? [] : conditionsAmong(events);
  if (found !== undefined) return found;
  throw new UsageError(
    `${JSON.stringify(word)} is no condition: give a full name such as ${JSON.stringify(exampleOf(events))}`,
  );
}

function exampleOf(events: Events): string {
  return conditionsAmong(events)[0]?.condition.id ?? 'Component.Condition';
}

/** The conditions that events mean, in the order in which they were declared. */
export function conditionsAmong(events: Events): FoundCondition[] {
  const { components } = knownComponents();
  const owner = events.component === undefined ? undefined : findComponent(components, events.component);
  return (owner === undefined ? components : [owner]).flatMap((component) =>
    component.conditions
      .filter((condition) => includesCondition(events, component.name, condition))
      .map((condition) => ({ component, condition })),
  );
}

/** Names that a text starts; what is in a component that it names is offered along with it. */
function eventCandidates(typed: string): Candidate[] {
  const { components } = knownComponents();
  const found = matchEvents(typed, components);
  const [only, ...others] = found;
  const within =
    only !== undefined && others.length === 0 && only.kind !== 'condition' && only.kind !== 'all';
  const parts = within ? matchEvents(`${only.name}.`, components) : [];
  return [...found, ...parts].map(({ name, kind }) => ({ value: name, description: kind }));
}
