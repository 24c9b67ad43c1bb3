import {
  FILTER_LEGEND,
  findFilter,
  findTargets,
  type LogConfiguration,
  layOutFilter,
  layOutTargets,
  readEffectiveConfiguration,
  type Selection,
  type Severity,
} from '@tracebuf/exos-log';
import { isoTime, textTime, visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { filterItemToJson } from '../filter-item-json.ts';
import { jsonLine } from '../json-line.ts';
import { conditionsAmong } from '../log-words/events.ts';
import { demandFilterName } from '../log-words/filter.ts';
import { demandTarget } from '../log-words/target.ts';
import { WordReader } from '../word-reader.ts';

/** What `show log configuration` is to show. */
interface ConfigurationRequest {
  /** Absent: both, and all else. */
  readonly part: 'filter' | 'target' | undefined;
  /** Of a filter or a target; absent: all. */
  readonly name: string | undefined;
}

/** Reads the words behind `show log configuration`. @throws UsageError */
export function readConfigurationRequest(reader: WordReader): ConfigurationRequest {
  const part = reader.take(['filter', 'target']);
  let name: string | undefined;
  if (part === 'filter') name = optional(reader, () => demandFilterName(reader));
  if (part === 'target') name = optional(reader, () => demandTarget(reader, []).name);
  reader.end();
  return { part, name };
}

/** Reads what may be missing, and asks for it in either case. */
function optional<T>(reader: WordReader, read: () => T): T | undefined {
  if (reader.next !== undefined) return read();
  try {
    read();
  } catch {
    // It was asked for, so completion offers it.
  }
  return undefined;
}

/** `show log configuration`. */
export const showConfiguration: Run<{ readonly json?: boolean }> = async ({ operands, options, out }) => {
  const request = readConfigurationRequest(new WordReader(operands, 'show log configuration'));
  const configuration = readEffectiveConfiguration();
  const shown = chosen(configuration, request);
  await out.write(options.json === true ? json(shown, request) : text(shown, request));
  return ExitCode.DONE;
};

/** The configuration with nothing but the filters and targets that were asked for. */
function chosen(configuration: LogConfiguration, { part, name }: ConfigurationRequest): LogConfiguration {
  const { filters, targets } = configuration;
  const named = (wanted: typeof part): boolean => part === wanted && name !== undefined;
  return {
    ...configuration,
    filters: part === 'target' ? [] : named('filter') ? [findFilter(configuration, name ?? '')] : filters,
    targets: part === 'filter' ? [] : named('target') ? findTargets(configuration, name ?? '') : targets,
  };
}

function text(configuration: LogConfiguration, { part }: ConfigurationRequest): string {
  const { filters, targets, debugMode } = configuration;
  const listed = filters.map((filter) => layOutFilter(filter, { debugMode, severityOf }));
  const blocks = [
    ...(part === 'filter' ? [] : [layOutTargets(targets, debugMode)]),
    ...listed,
    ...(listed.length === 0 ? [] : [FILTER_LEGEND]),
    ...(part === undefined ? [generalText(configuration)] : []),
  ];
  return blocks.join('\n');
}

/** The severity of the condition that an item names. */
function severityOf({ events }: Selection): Severity | undefined {
  const [only] = conditionsAmong(events);
  return only?.condition.severity;
}

/** What is neither of a target nor of a filter. */
function generalText(configuration: LogConfiguration): string {
  const { debugConditions, thresholds, messagesPrivilege } = configuration;
  const lines = [
    `Messages Privilege : ${messagesPrivilege}`,
    ...Object.entries(debugConditions).map(
      ([condition, until]) => `Debug Condition    : ${condition} until ${textTime(until * 1000, false)}`,
    ),
    ...Object.entries(thresholds).map(
      ([component, severity]) => `Severity Threshold : ${component} ${severity}`,
    ),
  ];
  return lines.map((line) => `${visibleText(line)}\n`).join('');
}

function json(configuration: LogConfiguration, { part }: ConfigurationRequest): string {
  const { filters, targets, debugMode, debugConditions, thresholds, messagesPrivilege } = configuration;
  const debugged = Object.entries(debugConditions).map(([id, until]) => [id, isoTime(until * 1000)]);
  const general = {
    setting: 'general',
    debugMode,
    debugConditions: Object.fromEntries(debugged),
    thresholds,
    messagesPrivilege,
  };
  const lines = [
    ...(part === undefined ? [general] : []),
    ...targets.map((target) => ({ setting: 'target', ...target })),
    ...filters.map(({ name, items }) => ({ setting: 'filter', name, items: items.map(filterItemToJson) })),
  ];
  return lines.map(jsonLine).join('');
}
