import { type ComponentDefinition, factoryThresholdOf } from './component.ts';
import type { ConditionDefinition } from './condition.ts';
import type { LogConfiguration } from './configuration.ts';
import { findFilter } from './configuration.ts';
import { sameName } from './event-name.ts';
import {
  evaluateFilter,
  type FilterSubject,
  type PreparedFilter,
  prepareFilter,
  type Verdict,
} from './filter.ts';
import type { LogTarget } from './log-target.ts';
import { compileMatchExpression } from './match-expression.ts';
import { isDebugSeverity, type Severity, severityBit, severityMask, severityRank } from './severity.ts';

const LEAST_URGENT = 7;

/** The threshold of a sub-component, or of what belongs to the component itself, as it is configured now. */
export function thresholdOf(
  configuration: LogConfiguration,
  component: ComponentDefinition,
  subComponent: string | undefined,
): Severity {
  const { thresholds } = configuration;
  if (subComponent !== undefined) {
    const own = entryOf(thresholds, `${component.name}.${subComponent}`);
    if (own !== undefined) return own;
    const part = component.subComponents.find(({ name }) => name === subComponent);
    if (part?.factoryThreshold !== undefined) return part.factoryThreshold;
  }
  return entryOf(thresholds, component.name) ?? factoryThresholdOf(component, undefined);
}

/** Whether one condition is being debugged. @param now In ms since the epoch. */
export function isBeingDebugged(
  configuration: LogConfiguration,
  condition: ConditionDefinition,
  now: number,
): boolean {
  return (entryOf(configuration.debugConditions, condition.id) ?? Number.NEGATIVE_INFINITY) > now;
}

/** What filters have to know of a condition. A condition that is being debugged passes every threshold. */
export function subjectOf(
  configuration: LogConfiguration,
  component: ComponentDefinition,
  condition: ConditionDefinition,
  now: number,
): FilterSubject {
  const threshold = isBeingDebugged(configuration, condition, now)
    ? LEAST_URGENT
    : severityRank(thresholdOf(configuration, component, condition.subComponent));
  return { component: component.name, condition, threshold };
}

/** An enabled target that takes incidents of a condition: all, or as their parameters and texts decide. */
export interface InterestedTarget {
  readonly target: LogTarget;
  /** Its filter, prepared for the condition. */
  readonly filter: PreparedFilter;
  /** Its match expression; absent: any text. */
  readonly matches?: (text: string) => boolean;
}

/**
 * The enabled targets that include a condition, by filter, target severity and debug mode, not by parameters and text,
 * which only an incident has. To be found again when the configuration changes; where there are none, the condition's
 * *In* is `N`, and its incidents are only counted.
 *
 * @param now In ms since the epoch, for debugging that expires.
 */
export function interestedTargets(
  configuration: LogConfiguration,
  component: ComponentDefinition,
  condition: ConditionDefinition,
  now: number,
): InterestedTarget[] {
  if (!passesDebugMode(configuration, condition, now)) return [];
  const subject = subjectOf(configuration, component, condition, now);
  const found: InterestedTarget[] = [];
  for (const target of configuration.targets) {
    if (!target.enabled || !takesSeverity(target, condition.severity)) continue;
    const filter = prepareFilter(findFilter(configuration, target.filter), subject);
    if (filter.verdict === 'no') continue;
    const { match } = target;
    found.push({
      target,
      filter,
      ...(match === undefined ? {} : { matches: compileMatchExpression(match) }),
    });
  }
  return found;
}

/** Whether a condition's *In* is `Y`; see {@link interestedTargets}. */
export function isIncluded(
  configuration: LogConfiguration,
  component: ComponentDefinition,
  condition: ConditionDefinition,
  now: number,
): boolean {
  return interestedTargets(configuration, component, condition, now).length > 0;
}

/** Why an incident would or would not reach a target. */
export interface TargetVerdict {
  readonly target: LogTarget;
  readonly passes: boolean;
  /** What decided: the first obstacle on the way, or the filter that let it through. */
  readonly decidedBy: 'target disabled' | 'debug mode' | 'filter' | 'target severity' | 'match expression';
  /** What its filter says, and which item decides. */
  readonly filter: Verdict;
}

/**
 * Says whether an incident would reach a target, and what decides.
 *
 * @param values Values of the parameters as text, in the order of the condition.
 * @param text The message.
 */
export function judgeIncident(
  configuration: LogConfiguration,
  target: LogTarget,
  component: ComponentDefinition,
  condition: ConditionDefinition,
  values: readonly string[],
  text: string,
  now: number,
): TargetVerdict {
  const subject = subjectOf(configuration, component, condition, now);
  const filter = evaluateFilter(findFilter(configuration, target.filter), subject, values);
  const blocked = (decidedBy: TargetVerdict['decidedBy']): TargetVerdict => ({
    target,
    passes: false,
    decidedBy,
    filter,
  });
  if (!target.enabled) return blocked('target disabled');
  if (!passesDebugMode(configuration, condition, now)) return blocked('debug mode');
  if (!filter.passes) return blocked('filter');
  if (!takesSeverity(target, condition.severity)) return blocked('target severity');
  if (target.match !== undefined && !compileMatchExpression(target.match)(text))
    return blocked('match expression');
  return { target, passes: true, decidedBy: 'filter', filter };
}

function passesDebugMode(
  configuration: LogConfiguration,
  condition: ConditionDefinition,
  now: number,
): boolean {
  return (
    !isDebugSeverity(condition.severity) ||
    configuration.debugMode ||
    isBeingDebugged(configuration, condition, now)
  );
}

function takesSeverity(target: LogTarget, severity: Severity): boolean {
  return (severityMask(target.severity, target.only) & severityBit(severity)) !== 0;
}

function entryOf<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  if (Object.hasOwn(record, key)) return record[key];
  return Object.entries(record).find(([known]) => sameName(known, key))?.[1];
}
