import { visibleText } from '@tracebuf/ring';
import type { ConditionDefinition } from './condition.ts';
import type { IncidentEmitter } from './incident-sink.ts';
import { fieldOfParameter, type HandlerWriter } from './log-handler.ts';
import { messageRenderer, parseMessageTemplate } from './message-template.ts';
import { renderParameter } from './parameter-value.ts';
import { severityRank } from './severity.ts';

const NO_VALUES: readonly unknown[] = [];

/**
 * Makes the method of a condition: it gives each incident to the emitter, then to the handlers, and never throws.
 * One shape for each small number of parameters: a rest parameter would cost more.
 *
 * @param index Index of the condition in its component.
 * @param writers The handlers; read at each call, so that more can be added.
 */
export function conditionMethod(
  index: number,
  condition: ConditionDefinition,
  emitter: IncidentEmitter | undefined,
  writers: readonly HandlerWriter[],
): (...values: unknown[]) => void {
  const severity = severityRank(condition.severity);
  const handle = handlerCall(condition, writers);
  const raise = (values: readonly unknown[]): void => {
    try {
      emitter?.emit(index, severity, values);
    } catch {
      // Logging never breaks the program: the sink counts what it could not take.
    }
    if (writers.length > 0) handle(values);
  };
  switch (condition.parameters.length) {
    case 0:
      return (): void => raise(NO_VALUES);
    case 1:
      return (a: unknown): void => raise([a]);
    case 2:
      return (a: unknown, b: unknown): void => raise([a, b]);
    case 3:
      return (a: unknown, b: unknown, c: unknown): void => raise([a, b, c]);
    default: {
      const count = condition.parameters.length;
      return (...values: unknown[]): void => {
        values.length = count;
        raise(values);
      };
    }
  }
}

/** Gives an incident to the handlers. */
function handlerCall(
  condition: ConditionDefinition,
  writers: readonly HandlerWriter[],
): (values: readonly unknown[]) => void {
  const names = condition.parameters.map(({ name }) => name);
  const fieldNames = names.map(fieldOfParameter);
  const render = messageRenderer(parseMessageTemplate(condition.text), names);
  return (values) => {
    const fields: Record<string, unknown> = { condition: condition.id };
    for (const [index, name] of fieldNames.entries()) fields[name] = values[index];
    const message = visibleText(render(Array.from(values, renderParameter)));
    for (const write of writers) write(condition.severity, fields, message);
  };
}
