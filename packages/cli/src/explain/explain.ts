import {
  type CatalogEntry,
  catalogOf,
  countOf,
  eventsText,
  type InterestedTarget,
  interestedTargets,
  judgeIncident,
  type LogConfiguration,
  PARAMETER_TYPES,
  readEffectiveConfiguration,
  readLogCounters,
  type Severity,
  severityInfo,
  thresholdOf,
} from '@tracebuf/exos-log';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { demandCondition, type FoundCondition } from '../log-words/events.ts';
import { reportProblems } from '../read-problems.ts';
import { WordReader } from '../word-reader.ts';

/** Reads the words behind `explain`. @throws UsageError, UnknownEventError */
export function readExplainRequest(reader: WordReader): FoundCondition {
  const found = demandCondition(reader);
  reader.end();
  return found;
}

/** Whether a target takes a condition, and why. */
interface TargetAnswer {
  readonly target: string;
  readonly takes: 'yes' | 'no' | 'depends';
  /** Absent where it just takes it. */
  readonly because?: string;
}

/** All that is known of a condition. */
interface Explanation {
  readonly entry: CatalogEntry;
  readonly threshold: Severity;
  readonly occurred: number;
  readonly notified: number;
  readonly complete: boolean;
  readonly targets: readonly TargetAnswer[];
}

/** `explain`. */
export const explain: Run<{ readonly json?: boolean }> = async ({ operands, options, out, err }) => {
  const found = readExplainRequest(new WordReader(operands, 'explain'));
  const { component, condition } = found;
  const configuration = readEffectiveConfiguration();
  const counters = readLogCounters();
  const { occurred, notified } = countOf(counters, condition);
  const explanation: Explanation = {
    entry: catalogOf([component]).find(({ id }) => id === condition.id) as CatalogEntry,
    threshold: thresholdOf(configuration, component, condition.subComponent),
    occurred,
    notified,
    complete: counters.problems.length === 0,
    targets: answersOf(configuration, found),
  };
  await out.write(options.json === true ? json(explanation) : text(found, explanation));
  return await reportProblems(counters.problems, err);
};

function answersOf(
  configuration: LogConfiguration,
  { component, condition }: FoundCondition,
): TargetAnswer[] {
  const now = Date.now();
  const interested = interestedTargets(configuration, component, condition, now);
  return configuration.targets.map((target) => {
    const found = interested.find((other) => other.target === target);
    if (found !== undefined) return { target: target.name, ...takes(found) };
    const { decidedBy } = judgeIncident(configuration, target, component, condition, [], '', now);
    return { target: target.name, takes: 'no', because: OBSTACLES[decidedBy] };
  });
}

const OBSTACLES = {
  'target disabled': 'the target is disabled',
  'debug mode': 'debug mode is off',
  filter: 'its filter blocks it',
  'target severity': 'its severity is more urgent',
  'match expression': 'its match expression blocks it',
} as const;

function takes({ filter, matches }: InterestedTarget): Omit<TargetAnswer, 'target'> {
  const conditions = [
    ...(filter.verdict === 'yes' ? [] : ['parameters']),
    ...(matches === undefined ? [] : ['text']),
  ];
  return conditions.length === 0
    ? { takes: 'yes' }
    : { takes: 'depends', because: `on the incident's ${conditions.join(' and ')}` };
}

const LABEL_WIDTH = 12;
const NO_LABEL = ' '.repeat(LABEL_WIDTH + 2);

function text({ component, condition }: FoundCondition, explanation: Explanation): string {
  const { entry, threshold, occurred, notified, complete, targets } = explanation;
  const mark = complete ? '' : '*';
  const width = Math.max(...targets.map(({ target }) => target.length));
  const owner = eventsText({
    component: component.name,
    ...(condition.subComponent === undefined ? {} : { subComponent: condition.subComponent }),
  });
  const included = targets.some((answer) => answer.takes !== 'no');
  const sections: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ['Text', [entry.text]],
    [
      'Severity',
      [`${severityInfo(entry.severity).label} (threshold of ${owner}: ${severityInfo(threshold).label})`],
    ],
    [
      'Parameters',
      entry.parameters.map(({ name, type, role }, index) => {
        const { words } = PARAMETER_TYPES[type];
        return `${index} - ${name} (${role === undefined ? words : `${role} ${words}`})`;
      }),
    ],
    ['Cause', entry.cause === undefined ? [] : [entry.cause]],
    ['Action', entry.action === undefined ? [] : [entry.action]],
    ['Once called', entry.aliases],
    ['Component', [`${component.title}; version ${entry.contentVersion}.${entry.formatVersion}`]],
    ['Occurred', [`${occurred}${mark}`]],
    ['Notified', [`${notified}${mark}`]],
    ['Included', [included ? 'Y' : 'N']],
    [
      'Targets',
      targets.map(({ target, takes: answer, because }) =>
        because === undefined
          ? `${target.padEnd(width)}  ${answer}`
          : `${target.padEnd(width)}  ${answer}: ${because}`,
      ),
    ],
  ];
  const lines = sections.flatMap(([label, values]) =>
    values.map((value, index) => `    ${index === 0 ? `${label.padEnd(LABEL_WIDTH)}: ` : NO_LABEL}${value}`),
  );
  return [entry.id, ...lines].map((line) => `${visibleText(line)}\n`).join('');
}

function json({ entry, ...rest }: Explanation): string {
  return jsonLine({ ...entry, ...rest });
}
