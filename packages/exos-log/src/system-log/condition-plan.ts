import type { ComponentDefinition } from '../component.ts';
import type { ConditionDefinition } from '../condition.ts';
import type { LogConfiguration } from '../configuration.ts';
import { type InterestedTarget, interestedTargets } from '../inclusion.ts';
import type { TargetKind } from '../log-target.ts';
import { messageRenderer, parseMessageTemplate } from '../message-template.ts';

/** Bits of what is to be done with an incident; 0: it is counted, and that is all. */
export const Plan = {
  /** The memory buffer takes it. */
  MEMORY: 1,
  /** It is to survive a restart of the machine. */
  NVRAM: 2,
  /** Another target takes it, which is served from the ring. */
  DELIVER: 4,
  /** Whether a target takes it depends on its parameters or its text: {@link DependentPlan.decide} tells. */
  DEPENDS: 8,
} as const;

const BITS: Readonly<Record<TargetKind, number>> = {
  'memory-buffer': Plan.MEMORY,
  nvram: Plan.NVRAM,
  console: Plan.DELIVER,
  session: Plan.DELIVER,
  syslog: Plan.DELIVER,
};

/** What to do with the incidents of one condition. */
export interface ConditionPlan {
  /** Bits of {@link Plan}. */
  readonly bits: number;
  /** Present where {@link Plan.DEPENDS} is set: the bits for one incident, by its parameters as text. */
  readonly decide?: (values: readonly string[]) => number;
}

/**
 * Finds out which enabled targets take the incidents of a condition, once for all of them where that is possible. To
 * be done again when the configuration changes, and when debugging of the condition expires.
 *
 * @param now In ms since the epoch.
 */
export function planCondition(
  configuration: LogConfiguration,
  component: ComponentDefinition,
  condition: ConditionDefinition,
  now: number,
): ConditionPlan {
  const interested = interestedTargets(configuration, component, condition, now);
  const certain = interested.filter(
    ({ filter, matches }) => filter.verdict === 'yes' && matches === undefined,
  );
  const bits = bitsOf(certain);
  const dependent = interested.filter((target) => !certain.includes(target) && (bitOf(target) & ~bits) !== 0);
  if (dependent.length === 0) return { bits };
  const names = condition.parameters.map(({ name }) => name);
  const render = messageRenderer(parseMessageTemplate(condition.text), names);
  return {
    bits: bits | Plan.DEPENDS,
    decide: (values) => {
      let text: string | undefined;
      let decided = bits;
      for (const target of dependent) {
        if (!target.filter.decide(values).passes) continue;
        if (target.matches !== undefined) {
          text ??= render(values);
          if (!target.matches(text)) continue;
        }
        decided |= bitOf(target);
      }
      return decided;
    },
  };
}

function bitsOf(targets: readonly InterestedTarget[]): number {
  return targets.reduce((bits, target) => bits | bitOf(target), 0);
}

function bitOf({ target }: InterestedTarget): number {
  return BITS[target.kind];
}
