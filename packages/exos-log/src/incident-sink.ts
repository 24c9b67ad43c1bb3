import type { ComponentDefinition } from './component.ts';

/** Where the incidents of one component go. */
export interface IncidentEmitter {
  /**
   * Takes one incident: counts it, and stores it where a target wants it. Called on the hot path; must not throw.
   *
   * @param condition Index of the condition in its component's definition.
   * @param severity Rank of the condition's severity: 0 (critical) to 7 (debug-data).
   * @param values Values of the parameters as they were given, in the order of the definition. Not kept by the caller.
   */
  emit(condition: number, severity: number, values: readonly unknown[]): void;
}

/** What loggers give their incidents to: the system log. */
export interface IncidentSink {
  /** Makes a component known, once, when it is registered. */
  define(component: ComponentDefinition): IncidentEmitter;
}
