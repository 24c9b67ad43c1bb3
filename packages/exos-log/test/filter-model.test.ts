import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConditionDefinition } from '../src/condition.ts';
import type { Events } from '../src/events.ts';
import { type Filter, prepareFilter } from '../src/filter.ts';
import { addToFilter, deleteFromFilter, simplifyItems } from '../src/filter-edit.ts';
import {
  type Criterion,
  type FilterItem,
  type FilterStatement,
  itemToAdd,
  type Selection,
  selectionToDelete,
} from '../src/filter-item.ts';
import { SEVERITIES } from '../src/severity.ts';

/*
 * A plain reference model: it asks every item in turn, as the manual describes it, knows nothing of preparing or
 * simplifying, and is judged on all incidents of a small world.
 */

interface Incident {
  readonly component: string;
  readonly condition: ConditionDefinition;
  readonly threshold: number;
  readonly values: readonly string[];
}

const ADDRESSES = ['10.0.0.1', '2001:db8::1'];
const WORDS = ['red', 'blue'];

/** Two components with sub-components, conditions of several severities, each with every mix of parameter values. */
function world(): Incident[] {
  const incidents: Incident[] = [];
  for (const component of ['Alpha', 'Beta']) {
    for (const [place, subComponent] of [undefined, 'One', 'Two'].entries()) {
      for (const [number, severity] of (['error', 'warning', 'debug-data'] as const).entries()) {
        const name = `cond${number}`;
        const place2 = subComponent === undefined ? component : `${component}.${subComponent}`;
        const condition: ConditionDefinition = {
          id: `${place2}.${name}`,
          name,
          ...(subComponent === undefined ? {} : { subComponent }),
          text: 'text',
          severity,
          // A former name that the world's statements use, too.
          aliases: number === 2 ? [`${place2}.former`] : [],
          parameters:
            number === 0
              ? []
              : [
                  { name: 'peer', type: 'ipaddress', role: number === 1 ? 'source' : 'destination' },
                  ...(place === 0 ? [] : [{ name: 'colour', type: 'string' } as const]),
                ],
        };
        for (const peer of ADDRESSES) {
          for (const colour of WORDS) {
            const values = [peer, colour].slice(0, condition.parameters.length);
            incidents.push({ component, condition, threshold: place === 1 ? 2 : 1, values });
          }
        }
      }
    }
  }
  return incidents;
}

const WORLD = world();

function inEvents(events: Events, { component, condition }: Incident): boolean {
  const names = [condition.id, ...condition.aliases].map((id) => id.split('.'));
  return names.some((name) => {
    if (events.component !== undefined && events.component !== component) return false;
    const sub = name.length === 3 ? name[1] : undefined;
    if (events.condition !== undefined)
      return events.condition === name.at(-1) && events.subComponent === sub;
    return events.subComponent === undefined || events.subComponent === sub;
  });
}

function inSelection(selection: Selection, incident: Incident): boolean {
  const rank = SEVERITIES.findIndex(({ severity }) => severity === incident.condition.severity);
  if (!inEvents(selection.events, incident)) return false;
  if (Math.floor(selection.severities / 2 ** rank) % 2 === 0) return false;
  if (selection.threshold && rank > incident.threshold) return false;
  for (const { type, role, value } of selection.match?.criteria ?? []) {
    const values = incident.values.filter((_, index) => {
      const parameter = incident.condition.parameters[index];
      return parameter?.type === type && (role === undefined || parameter.role === role);
    });
    if (values.length === 0 && selection.match?.strict === true) return false;
    if (values.length > 0 && !values.includes(value)) return false;
  }
  return true;
}

function inItem(item: FilterItem, incident: Incident): boolean {
  return inSelection(item, incident) && !item.except.some((exception) => inSelection(exception, incident));
}

function passesModel(items: readonly FilterItem[], incident: Incident): boolean {
  for (const item of items) if (inItem(item, incident)) return item.action === 'include';
  return false;
}

function passing(items: readonly FilterItem[]): boolean[] {
  return WORLD.map((incident) => passesModel(items, incident));
}

const names = (...values: string[]) => fc.constantFrom(...values);

const scope: fc.Arbitrary<Events> = fc.oneof(
  fc.constant({}),
  fc.record({ component: names('Alpha', 'Beta') }),
  fc.record({ component: names('Alpha', 'Beta'), subComponent: names('One', 'Two') }),
);

const condition: fc.Arbitrary<Events> = fc.record(
  {
    component: names('Alpha', 'Beta'),
    subComponent: names('One', 'Two'),
    condition: names('cond0', 'cond1', 'cond2', 'former'),
  },
  { requiredKeys: ['component', 'condition'] },
);

const criterion: fc.Arbitrary<Criterion> = fc.oneof(
  fc.record({ type: fc.constant('ipaddress' as const), value: names(...ADDRESSES) }),
  fc.record({
    type: fc.constant('ipaddress' as const),
    role: fc.constantFrom('source' as const, 'destination' as const),
    value: names(...ADDRESSES),
  }),
  fc.record({ type: fc.constant('string' as const), value: names(...WORDS) }),
);

const match = fc.record({
  strict: fc.boolean(),
  criteria: fc.array(criterion, { minLength: 1, maxLength: 2 }),
});
const severity = fc.constantFrom(...SEVERITIES.map((entry) => entry.severity));

const statement: fc.Arbitrary<FilterStatement> = fc.oneof(
  fc.record({ events: condition, exclude: fc.boolean(), match }, { requiredKeys: ['events'] }),
  fc.record({ events: scope, exclude: fc.boolean(), match }, { requiredKeys: ['events'] }),
  fc.record(
    { events: scope, exclude: fc.boolean(), severity, only: fc.boolean(), match },
    { requiredKeys: ['events', 'severity'] },
  ),
);

/** Items with exceptions, also such as no series of statements leads to. */
const item: fc.Arbitrary<FilterItem> = fc
  .tuple(statement, fc.array(statement, { maxLength: 2 }))
  .map(([added, deleted]) => ({
    ...itemToAdd('f', added),
    except: deleted.map((each) => selectionToDelete('f', each)),
  }));

const steps = fc.array(fc.tuple(fc.constantFrom('add', 'add', 'delete'), statement), { maxLength: 12 });

describe('filters against a plain reference model', { timeout: 120_000 }, () => {
  test('the prepared filter decides as the model does, and its static verdict is right', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let filter: Filter = { name: 'f', items: [] };
        for (const [action, change] of all) {
          filter = (action === 'add' ? addToFilter : deleteFromFilter)(filter, change).filter;
        }
        const seen = new Map<string, Set<boolean>>();
        const verdicts = new Map<string, string>();
        for (const incident of WORLD) {
          const expected = passesModel(filter.items, incident);
          const prepared = prepareFilter(filter, incident);
          const verdict = prepared.decide(incident.values);
          const deciding = filter.items.findIndex((item) => inItem(item, incident));
          expect([verdict.passes, verdict.index, verdict.item]).toEqual([
            expected,
            deciding,
            filter.items[deciding],
          ]);
          const { id } = incident.condition;
          seen.set(id, (seen.get(id) ?? new Set()).add(expected));
          verdicts.set(id, prepared.verdict);
        }
        for (const [id, outcomes] of seen) {
          const verdict = verdicts.get(id);
          if (outcomes.size > 1) expect(verdict).toBe('depends on parameters');
          if (verdict === 'yes') expect([...outcomes]).toEqual([true]);
          if (verdict === 'no') expect([...outcomes]).toEqual([false]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('each addition has the effect of an item on top, and is told in numbers', () => {
    fc.assert(
      fc.property(steps, statement, (all, last) => {
        const filter = built(all);
        const edit = addToFilter(filter, last);
        expect(passing(edit.filter.items)).toEqual(passing([itemToAdd('f', last), ...filter.items]));
        expect(edit.filter.items.length).toBe(filter.items.length + edit.added - edit.replaced);
      }),
      { numRuns: 200 },
    );
  });

  test('each deletion takes away exactly what the statement selects', () => {
    fc.assert(
      fc.property(steps, statement, (all, last) => {
        // A deletion goes by the names as they are written: former names are resolved before.
        fc.pre(
          last.events.condition !== 'former' && !all.some(([, { events }]) => events.condition === 'former'),
        );
        const filter = built(all);
        const removed = selectionToDelete('f', last);
        const action = last.exclude === true ? 'exclude' : 'include';
        const expected = WORLD.map((incident) =>
          passesModel(
            filter.items.filter((item) => !(item.action === action && inSelection(removed, incident))),
            incident,
          ),
        );
        expect(passing(deleteFromFilter(filter, last).filter.items)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('simplifying never changes what passes, and what is simple stays', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (items) => {
        const simple = simplifyItems(items);
        expect(passing(simple)).toEqual(passing(items));
        expect(simplifyItems(simple)).toEqual(simple);
        expect(simple.every((each) => items.includes(each))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('an item that names a condition by its former name is not taken for redundant', () => {
    const one = { component: 'Alpha', subComponent: 'One' };
    const items = [
      itemToAdd('f', { events: { ...one, condition: 'former' } }),
      itemToAdd('f', { events: { ...one, condition: 'cond2' }, exclude: true }),
      itemToAdd('f', { events: one, severity: 'debug-data' }),
    ];
    expect(simplifyItems(items)).toEqual(items);
    expect(simplifyItems(items.toSpliced(1, 1))).toHaveLength(1);
  });

  test('of additions alone, the last that matches decides', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 10 }), (statements) => {
        const filter = built(statements.map((each) => ['add', each]));
        const expected = WORLD.map((incident) => {
          const last = statements.findLast((each) => inItem(itemToAdd('f', each), incident));
          return last !== undefined && last.exclude !== true;
        });
        expect(passing(filter.items)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});

function built(all: readonly (readonly [string, FilterStatement])[]): Filter {
  let filter: Filter = { name: 'f', items: [] };
  for (const [action, change] of all) {
    filter = (action === 'add' ? addToFilter : deleteFromFilter)(filter, change).filter;
  }
  return filter;
}
