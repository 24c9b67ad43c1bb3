import {
  type ConditionDefinition,
  evaluateFilter,
  findFilter,
  findTargets,
  judgeIncident,
  type LogConfiguration,
  layOutFilterItems,
  messageRenderer,
  parseMessageTemplate,
  readEffectiveConfiguration,
  severityInfo,
  subjectOf,
  type TargetVerdict,
  type Verdict,
} from '@tracebuf/exos-log';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { filterItemToJson } from '../filter-item-json.ts';
import { jsonLine } from '../json-line.ts';
import { demandCondition, type FoundCondition } from '../log-words/events.ts';
import { demandFilterName } from '../log-words/filter.ts';
import { demandTarget } from '../log-words/target.ts';
import { suggestion } from '../suggestion.ts';
import { WordReader } from '../word-reader.ts';

/** An incident that did not happen, and who is to judge it. */
interface TestRequest extends FoundCondition {
  /** Values of the parameters, in the order of the condition. */
  readonly values: readonly string[];
  /** Absent: the targets. */
  readonly filter?: string;
  /** Absent: all of them. */
  readonly target?: string;
}

/** Reads the words behind `log test-filter`. @throws UsageError, UnknownEventError */
export function readTestRequest(reader: WordReader): TestRequest {
  const found = demandCondition(reader);
  const values = readValues(reader, found.condition);
  const judge = reader.take(['filter', 'target']);
  const request: TestRequest = {
    ...found,
    values,
    ...(judge === 'filter' ? { filter: demandFilterName(reader) } : {}),
    ...(judge === 'target' ? { target: demandTarget(reader, []).name } : {}),
  };
  reader.end();
  return request;
}

function readValues(reader: WordReader, { id, parameters }: ConditionDefinition): string[] {
  const values = parameters.map(() => '');
  const given = new Set<number>();
  for (;;) {
    const names = parameters.filter((_, index) => !given.has(index)).map(({ name }) => name);
    if (names.length > 0) reader.expect('<parameter>=<value>', () => names.map((name) => `${name}=`));
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/su.exec(reader.next ?? '') ?? [];
    if (!reader.next?.includes('=')) return values;
    const index = parameters.findIndex((known) => known.name.toLowerCase() === name.toLowerCase());
    if (index < 0 || given.has(index)) {
      const fault = index < 0 ? `${id} has no parameter` : 'There are two values of the parameter';
      const known = parameters.map((parameter) => parameter.name);
      throw new UsageError(
        `${fault} ${JSON.stringify(name)}${index < 0 ? suggestion(name, known, known.length === 0 ? '; it has none' : `; it has ${known.join(', ')}`) : ''}`,
      );
    }
    given.add(index);
    values[index] = value;
    reader.skip();
  }
}

/** What one filter or target says. */
interface Answer {
  /** A filter, or a target. */
  readonly of: 'filter' | 'target';
  readonly name: string;
  /** Name of the filter, of a target, too. */
  readonly filter: string;
  readonly passes: boolean;
  readonly decidedBy: TargetVerdict['decidedBy'];
  readonly verdict: Verdict;
}

/** `log test-filter`. */
export const testFilter: Run<{ readonly json?: boolean }> = async ({ operands, options, out }) => {
  const request = readTestRequest(new WordReader(operands, 'log test-filter'));
  const { condition, values } = request;
  const configuration = readEffectiveConfiguration();
  const names = condition.parameters.map(({ name }) => name);
  const message = messageRenderer(parseMessageTemplate(condition.text), names)(values);
  const answers = judge(configuration, request, message);
  if (options.json === true) {
    for (const answer of answers) await out.write(jsonLine(answerToJson(condition, message, answer)));
    return ExitCode.DONE;
  }
  await out.line(visibleText(`<${severityInfo(condition.severity).tag}:${condition.id}> ${message}`));
  for (const answer of answers) await out.write(answerText(configuration, condition, answer));
  return ExitCode.DONE;
};

function judge(
  configuration: LogConfiguration,
  { component, condition, values, filter, target }: TestRequest,
  message: string,
): Answer[] {
  const now = Date.now();
  if (filter !== undefined) {
    const found = findFilter(configuration, filter);
    const verdict = evaluateFilter(found, subjectOf(configuration, component, condition, now), values);
    return [
      {
        of: 'filter',
        name: found.name,
        filter: found.name,
        passes: verdict.passes,
        decidedBy: 'filter',
        verdict,
      },
    ];
  }
  const targets = target === undefined ? configuration.targets : findTargets(configuration, target);
  return targets.map((one) => {
    const found = judgeIncident(configuration, one, component, condition, values, message, now);
    const { passes, decidedBy } = found;
    return { of: 'target', name: one.name, filter: one.filter, passes, decidedBy, verdict: found.filter };
  });
}

const OBSTACLES: Readonly<Record<TargetVerdict['decidedBy'], string>> = {
  'target disabled': 'the target is disabled',
  'debug mode': 'debug mode is off',
  filter: 'its filter blocks it',
  'target severity': "it is less urgent than the target's severity, or not the only one",
  'match expression': "the message does not match the target's expression",
};

function answerText(configuration: LogConfiguration, condition: ConditionDefinition, answer: Answer): string {
  const { of, name, filter, passes, decidedBy, verdict } = answer;
  const reason = passes || decidedBy === 'filter' ? '' : `, ${OBSTACLES[decidedBy]}`;
  const item =
    verdict.item === undefined
      ? `no item of ${filter} matches`
      : `item ${verdict.index + 1} of ${filter} ${verdict.passes ? 'includes' : 'excludes'} it`;
  const head = `${of === 'filter' ? 'Filter' : 'Target'} ${name}: ${passes ? 'passes' : 'blocked'}${reason}; ${item}`;
  const { debugMode } = configuration;
  const items =
    verdict.item === undefined
      ? ''
      : layOutFilterItems([verdict.item], { debugMode, severityOf: () => condition.severity });
  return `\n${visibleText(head)}\n${items.replaceAll(/^/gm, '    ').trimEnd()}${items === '' ? '' : '\n'}`;
}

function answerToJson(
  { id, severity }: ConditionDefinition,
  message: string,
  { of, name, filter, passes, decidedBy, verdict }: Answer,
): Record<string, unknown> {
  return {
    condition: id,
    severity,
    message,
    [of]: name,
    ...(of === 'filter' ? {} : { filter }),
    passes,
    decidedBy,
    ...(verdict.item === undefined ? {} : { index: verdict.index, item: filterItemToJson(verdict.item) }),
  };
}
