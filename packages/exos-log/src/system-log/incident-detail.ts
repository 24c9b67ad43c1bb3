import type { ComponentDefinition } from '../component.ts';
import type { ConditionDefinition } from '../condition.ts';

/** What is known of an incident besides its record. */
export interface IncidentDetail {
  readonly component: ComponentDefinition;
  readonly condition: ConditionDefinition;
  /** The parameters as text, in the order of the condition. */
  readonly values: readonly string[];
  /** Whether the memory buffer took it. */
  readonly inMemoryBuffer: boolean;
}
