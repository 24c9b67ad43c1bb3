import { visibleText } from '@tracebuf/ring';
import type { ComponentDefinition } from './component.ts';
import type { ConditionDefinition, ParameterDefinition } from './condition.ts';
import type { Filter } from './filter.ts';
import type { FilterItem, ParameterMatch, Selection } from './filter-item.ts';
import { describeFormat } from './line-layout.ts';
import type { LogTarget } from './log-target.ts';
import { PARAMETER_TYPES, type ParameterRole } from './parameter-type.ts';
import { DEBUG_SEVERITIES, SEVERITIES, type Severity, severityInfo } from './severity.ts';
import { type Column, fittedColumns, tableHead, tableRow } from './table-layout.ts';

const EVENT_COLUMNS: readonly Column[] = [
  { title: 'Comp', width: 7 },
  { title: 'SubComp', width: 11 },
  { title: 'Condition', width: 23 },
];
const SEVERITY_COLUMN: Column = { title: 'Severity', width: 13 };

/** What `show log components` needs. */
export interface ComponentsListing {
  readonly components: readonly ComponentDefinition[];
  /** The threshold in effect; see `thresholdOf`. */
  readonly thresholdOf: (component: ComponentDefinition, subComponent: string | undefined) => Severity;
  /** Whether to show versions, as with `version`; default `false`. */
  readonly version?: boolean;
}

/** `show log components {version}`: components, each with its sub-components indented under it. */
export function layOutComponents({ components, thresholdOf, version = false }: ComponentsListing): string {
  const columns: Column[] = [
    { title: 'Component', width: 19 },
    { title: 'Title', width: 46 },
    { title: 'Threshold', width: 13 },
    ...(version ? [{ title: 'Version', width: 11 }] : []),
  ];
  const rows = components.flatMap((component) => [
    [
      component.name,
      component.title,
      severityInfo(thresholdOf(component, undefined)).label,
      `${component.contentVersion}.${component.formatVersion}`,
    ],
    ...component.subComponents.map(({ name, title }) => [
      `  ${name}`,
      title,
      severityInfo(thresholdOf(component, name)).label,
      '',
    ]),
  ]);
  const fitted = fittedColumns(columns, rows);
  return lines(
    tableRow(fitted, ['', '', 'Severity']),
    ...tableHead(fitted),
    ...rows.map((cells) => tableRow(fitted, cells)),
  );
}

/** A condition in a listing, with the component that it is of. */
export interface ListedCondition {
  readonly component: string;
  readonly condition: ConditionDefinition;
}

/** `show log events {details}`: conditions with the number of their parameters, and in detail with all they declare. */
export function layOutEvents(
  conditions: readonly ListedCondition[],
  options: { readonly details?: boolean } = {},
): string {
  const rows = conditions.map(({ component, condition }) => [
    ...eventCells(component, condition),
    severityInfo(condition.severity).label,
    `${condition.parameters.length} total`,
  ]);
  const columns = fittedColumns(
    [...EVENT_COLUMNS, SEVERITY_COLUMN, { title: 'Parameters', width: 10 }],
    rows,
  );
  // Details stand under the severity.
  const indent = ' '.repeat(widthOf(columns.slice(0, EVENT_COLUMNS.length)));
  const shown = rows.flatMap((cells, index) => {
    const { condition } = conditions[index] as ListedCondition;
    const details = options.details === true ? detailsOf(condition) : [];
    return [tableRow(columns, cells), ...details.map((line) => indent + visibleText(line))];
  });
  return lines(...tableHead(columns), ...shown);
}

/** Of columns with a space behind each. */
function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width + 1, 0);
}

function detailsOf({ parameters, text, cause, action }: ConditionDefinition): string[] {
  return [
    ...parameters.map((parameter, index) => `${index} - ${parameterText(parameter)}`),
    text,
    ...(cause === undefined ? [] : [`Cause : ${cause}`]),
    ...(action === undefined ? [] : [`Action: ${action}`]),
  ];
}

function parameterText({ name, type, role }: ParameterDefinition): string {
  const words = PARAMETER_TYPES[type].words;
  return `${name} (${role === undefined ? words : `${role} ${words}`})`;
}

/** The counters of a condition. */
export interface ConditionCounters extends ListedCondition {
  readonly occurred: number;
  /** Whether an enabled target includes it. */
  readonly included: boolean;
  readonly notified: number;
  /** Whether not all processes have answered; default `false`. */
  readonly incomplete?: boolean;
}

/** `show log counters`, with its legend. */
export function layOutCounters(counters: readonly ConditionCounters[]): string {
  const columns: Column[] = [
    ...EVENT_COLUMNS,
    SEVERITY_COLUMN,
    { title: 'Occurred', width: 8, align: 'right' },
    { title: 'In', width: 2 },
    { title: 'Notified', width: 8, align: 'right' },
  ];
  const rows = counters.map(({ component, condition, occurred, included, notified, incomplete = false }) => {
    const mark = incomplete ? '*' : '';
    return [
      ...eventCells(component, condition),
      severityInfo(condition.severity).label,
      `${occurred}${mark}`,
      included ? 'Y' : 'N',
      `${notified}${mark}`,
    ];
  });
  const fitted = fittedColumns(columns, rows);
  return lines(
    ...tableHead(fitted),
    ...rows.map((cells) => tableRow(fitted, cells)),
    '',
    'Occurred   : # of times this event has occurred since last clear or restart',
    'Flags      : (*) not all processes reported their counts in time',
    'In(cluded) : Y if one or more enabled targets include this event',
    'Notified   : # of times this event has occurred while Included was Y',
  );
}

function eventCells(component: string, { subComponent, name }: ConditionDefinition): string[] {
  return [component, subComponent ?? '', name];
}

/** What `show log configuration filter` needs besides the filter. */
export interface FilterListing {
  readonly debugMode: boolean;
  /** Severity of a condition that an item names, where it is known; default: unknown. */
  readonly severityOf?: (selection: Selection) => Severity | undefined;
}

/**
 * `show log configuration filter <name>`: its items in the order in which they are tried. Under an item, `-` stands
 * before what was deleted from it.
 */
export function layOutFilter(filter: Filter, listing: FilterListing): string {
  return lines(`Log Filter Name : ${visibleText(filter.name)}`) + layOutFilterItems(filter.items, listing);
}

/** Items of a filter, as they are listed under its name. */
export function layOutFilterItems(items: readonly FilterItem[], listing: FilterListing): string {
  const matches = items.some((item) => [item, ...item.except].some(({ match }) => match !== undefined));
  const columns: Column[] = [
    { title: 'E', width: 1 },
    ...EVENT_COLUMNS,
    { title: 'CEWNISVD', width: 8 },
    ...(matches
      ? [
          { title: 'Strict', width: 6 },
          { title: 'Parameter(s)', width: 28 },
        ]
      : []),
  ];
  const rows = items.flatMap((item) => [
    filterCells(markOf(item), item, listing),
    ...item.except.map((exception) => filterCells('-', exception, listing)),
  ]);
  // The title of the severities stands over their letters.
  const fitted = fittedColumns(columns, rows);
  const title = `${'I/'.padEnd(widthOf(fitted.slice(0, 1 + EVENT_COLUMNS.length)))}Severity${matches ? ' Match' : ''}`;
  return lines(title, ...tableHead(fitted), ...rows.map((cells) => tableRow(fitted, cells)));
}

function markOf({ action }: FilterItem): string {
  return action === 'include' ? 'I' : 'E';
}

function filterCells(mark: string, selection: Selection, listing: FilterListing): string[] {
  const { events, match } = selection;
  const anySub = events.condition === undefined ? '*' : '';
  return [
    mark,
    events.component ?? 'All',
    events.subComponent ?? anySub,
    events.condition ?? '*',
    severityLetters(selection, listing),
    ...(match === undefined ? [] : [match.strict ? 'Y' : 'N', matchText(match)]),
  ];
}

/**
 * Eight characters, one a severity: its letter, `+` for a debug severity while debug mode is off, `*` where the
 * pre-assigned threshold decides, `-` where it is not in the set.
 */
function severityLetters(selection: Selection, { debugMode, severityOf }: FilterListing): string {
  const own = selection.events.condition === undefined ? undefined : severityOf?.(selection);
  return SEVERITIES.map(({ severity, letter, rank }) => {
    const bit = 1 << rank;
    if ((selection.severities & bit) === 0 || (own !== undefined && own !== severity)) return '-';
    if (selection.threshold) return '*';
    return (DEBUG_SEVERITIES & bit) !== 0 && !debugMode ? '+' : letter;
  }).join('');
}

const ROLE_LETTERS: Readonly<Record<ParameterRole, string>> = {
  source: 'S',
  destination: 'D',
  ingress: 'I',
  egress: 'E',
};

function matchText({ criteria }: ParameterMatch): string {
  return criteria
    .map(({ type, role, value }) => {
      const { code } = PARAMETER_TYPES[type];
      return `${role === undefined ? '' : `${ROLE_LETTERS[role]}-`}${code} ${value}`;
    })
    .join(', ');
}

/** The legend under a listing of filters. */
export const FILTER_LEGEND: string = lines(
  'Include/Exclude: I - Include, E - Exclude, - - deleted from the item above',
  'Severity Values: C - Critical, E - Error, W - Warning, N - Notice, I - Info',
  '                 * - Pre-assigned severities in effect for each sub-component',
  'Debug Severity : S - Debug-Summary, V - Debug-Verbose, D - Debug-Data',
  '                 + - Debug severity requested, but log debug-mode not enabled',
  'Parameter Flags: S - Source, D - Destination, I - Ingress, E - Egress',
  'Strict Match   : Y - every parameter must be present in the event',
  '                 N - parameters need not be present in the event',
);

/** `show log configuration target`: debug mode, then a block for each target. */
export function layOutTargets(targets: readonly LogTarget[], debugMode: boolean): string {
  const blocks = targets.flatMap((target) => ['', ...targetLines(target)]);
  return lines(`Debug-Mode: ${debugMode ? 'Enabled' : 'Disabled'}`, ...blocks);
}

function targetLines(target: LogTarget): string[] {
  const { name, enabled, filter, match, severity, only, format, numberOfMessages, syslog, suppressRepeats } =
    target;
  const { label } = severityInfo(severity);
  const through = only ? `${label} (only)` : severity === 'critical' ? label : `${label} (through Critical)`;
  return [
    `Log Target      : ${name}`,
    `    Enabled     : ${enabled ? 'yes' : 'no'}`,
    `    Filter Name : ${filter}`,
    `    Match regex : ${match ?? 'Any'}`,
    `    Severity    : ${through}`,
    `    Format      : ${describeFormat(format)}`,
    ...(numberOfMessages === undefined ? [] : [`    Buffer size : ${numberOfMessages} messages`]),
    ...(syslog === undefined
      ? []
      : [
          `    Protocol    : ${syslog.protocol} over ${syslog.transport}`,
          ...(syslog.from === undefined ? [] : [`    From        : ${syslog.from}`]),
        ]),
    // Suppressing is what targets do; only the exception is worth a line.
    ...(suppressRepeats ? [] : ['    Repeats     : all shown']),
  ].map(visibleText);
}

/** What stands under the messages of `show log`: an empty line, and their number. */
export function layOutLogFooter(count: number): string {
  return lines('', `A total of ${count} log messages were displayed.`);
}

/** Lines, each with its newline. */
function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
