import { commonEvents, coversEvents } from './events.ts';
import type { Filter } from './filter.ts';
import {
  coveredSeverities,
  covers,
  coversMatch,
  type FilterItem,
  type FilterStatement,
  itemToAdd,
  mayOverlap,
  type Selection,
  selectionToDelete,
} from './filter-item.ts';

/** What a change did to a filter. */
export interface FilterEdit {
  readonly filter: Filter;
  /** Items added: 0 or 1. */
  readonly added: number;
  /** Items that a new one, or the change, made redundant. */
  readonly replaced: number;
  /** Items deleted whole. */
  readonly deleted: number;
  /** Items that lost a part. */
  readonly split: number;
}

/**
 * Adds an item on top: the latest statement wins. What it makes redundant is replaced; where it would change nothing
 * because an item says it already, it is not added.
 *
 * @throws {LogFilterError} The severity can't stand there.
 */
export function addToFilter(filter: Filter, statement: FilterStatement): FilterEdit {
  const item = itemToAdd(filter.name, statement);
  if (isSaidBelow(item, filter.items)) return { filter, added: 0, replaced: 0, deleted: 0, split: 0 };
  const items = simplifyItems([item, ...filter.items]);
  const replaced = filter.items.length + 1 - items.length;
  return { filter: { ...filter, items }, added: 1, replaced, deleted: 0, split: 0 };
}

/**
 * Deletes: without `exclude` what the include items cover, with it what the exclude items do. An item that is covered in
 * part keeps the rest.
 *
 * @throws {LogFilterError} The severity can't stand there.
 */
export function deleteFromFilter(filter: Filter, statement: FilterStatement): FilterEdit {
  const removed = selectionToDelete(filter.name, statement);
  const action = statement.exclude === true ? 'exclude' : 'include';
  const items: FilterItem[] = [];
  let deleted = 0;
  let split = 0;
  for (const item of filter.items) {
    const rest = item.action === action ? without(item, removed) : item;
    if (rest === undefined) deleted++;
    else items.push(rest);
    if (rest !== undefined && rest !== item) split++;
  }
  if (deleted + split === 0) return { filter, added: 0, replaced: 0, deleted, split };
  const simple = simplifyItems(items);
  return {
    filter: { ...filter, items: simple },
    added: 0,
    replaced: items.length - simple.length,
    deleted,
    split,
  };
}

/** What a change did, as one sentence for its author. */
export function describeEdit({ added, replaced, deleted, split }: FilterEdit): string {
  const effects: string[] = [];
  if (added > 0) effects.push(`added ${items(added)}`);
  if (deleted > 0) effects.push(`deleted ${items(deleted)}`);
  if (split > 0) effects.push(`split ${items(split)}`);
  if (replaced > 0) effects.push(`replaced ${items(replaced)}`);
  return effects.length === 0 ? 'nothing changed' : effects.join(', ');
}

function items(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}

/** The item without what is removed; the item itself where nothing of it is; `undefined` where nothing is left. */
function without(item: FilterItem, removed: Selection): FilterItem | undefined {
  if (covers(removed, item)) return undefined;
  const events = commonEvents(removed.events, item.events);
  if (events === undefined || (removed.severities & item.severities) === 0) return item;
  if (coversEvents(removed.events, item.events) && coversMatch(removed.match, item.match)) {
    return { ...item, severities: item.severities & ~removed.severities };
  }
  const exception: Selection = { ...removed, events, severities: removed.severities & item.severities };
  if (item.except.some((former) => covers(former, exception))) return item;
  return { ...item, except: [...item.except.filter((former) => !covers(exception, former)), exception] };
}

/**
 * Removes items that change nothing: those that can't decide because items above cover them, and those that say what an
 * item below says. What passes stays the same.
 */
export function simplifyItems(all: readonly FilterItem[]): FilterItem[] {
  const kept = [...all];
  for (let index = 0; index < kept.length; ) {
    const item = kept[index];
    if (item === undefined) break;
    if (isDecidedAbove(item, kept.slice(0, index)) || isSaidBelow(item, kept.slice(index + 1))) {
      kept.splice(index, 1);
      // What went may have stood between two others.
      index = 0;
    } else {
      index++;
    }
  }
  return kept;
}

/** Whether items above, together, match whatever an item matches. */
function isDecidedAbove(item: FilterItem, above: readonly FilterItem[]): boolean {
  let open = item.severities;
  for (const other of above) if (!spares(other, item)) open &= ~coveredSeverities(other, item);
  return open === 0;
}

/** Whether an item below does to all of an item's incidents what the item does, and nothing between does otherwise. */
function isSaidBelow(item: FilterItem, below: readonly FilterItem[]): boolean {
  for (const other of below) {
    if (other.action === item.action && !spares(other, item) && covers(other, item)) return true;
    if (other.action !== item.action && mayOverlap(other, item)) return false;
  }
  return false;
}

/** Whether the exceptions of an outer item can spare something of an inner one. */
function spares(outer: FilterItem, inner: FilterItem): boolean {
  return outer.except.some(
    (exception) => mayOverlap(exception, inner) && !inner.except.some((own) => covers(own, exception)),
  );
}
