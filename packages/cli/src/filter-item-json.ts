import { eventsText, type FilterItem, type Selection, severitiesIn } from '@tracebuf/exos-log';

/** An item of a filter as `--json` shows it: events and severities by their names. */
export function filterItemToJson({ action, except, ...selection }: FilterItem): Record<string, unknown> {
  return { action, ...selectionToJson(selection), except: except.map(selectionToJson) };
}

function selectionToJson({ events, severities, ...rest }: Selection): Record<string, unknown> {
  return { events: eventsText(events), severities: severitiesIn(severities), ...rest };
}
