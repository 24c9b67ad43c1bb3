import { nearest, TracebufError } from '@tracebuf/ring';
import { quoted, quotedList } from './quoted.ts';

const MAX_LISTED = 8;

/** How an error about a name that is not known ends: with those that may have been meant, else with those there are. */
function remedyFor(wanted: string, known: readonly string[]): string {
  const near = nearest(wanted, known);
  if (near.length > 0) return `did you mean ${quotedList(near, 'or')}?`;
  const more = known.length - MAX_LISTED;
  return `there are: ${quotedList(known.slice(0, MAX_LISTED))}${more > 0 ? `, and ${more} more` : ''}.`;
}

/** A text means no severity, or more than one. */
export class InvalidSeverityError extends TracebufError {
  static {
    InvalidSeverityError.prototype.name = 'InvalidSeverityError';
  }

  /** @param candidates The severities it could mean, where there are several. */
  constructor(value: unknown, candidates: readonly string[] = []) {
    super(
      'ERR_TRACEBUF_INVALID_SEVERITY',
      candidates.length > 0
        ? `The severity ${quoted(value)} could be ${quotedList(candidates, 'or')}; write more of it.`
        : `There is no severity ${quoted(value)}; use critical, error, warning, notice, info, debug-summary, debug-verbose or debug-data.`,
    );
  }
}

/** A component, sub-component, condition or parameter is declared in a way that can't be used. */
export class InvalidDeclarationError extends TracebufError {
  static {
    InvalidDeclarationError.prototype.name = 'InvalidDeclarationError';
  }

  /** @param what Such as `condition "could_not_open"`. @param fault What is wrong and what to do, as a clause. */
  constructor(what: string, fault: string) {
    super('ERR_TRACEBUF_INVALID_DECLARATION', `The ${what} cannot be declared: ${fault}.`);
  }
}

/** A component that has been registered is final: no condition can be added, and it can't be registered again. */
export class LogComponentRegisteredError extends TracebufError {
  static {
    LogComponentRegisteredError.prototype.name = 'LogComponentRegisteredError';
  }

  /** Name of the component. */
  readonly component: string;

  /** @param attempt What was tried, such as `add the condition "late"`. */
  constructor(component: string, attempt: string) {
    super(
      'ERR_TRACEBUF_COMPONENT_REGISTERED',
      `Cannot ${attempt}: the component ${quoted(component)} is already registered; do so before register().`,
    );
    this.component = component;
  }
}

/** A condition was called before its component was registered. */
export class ConditionNotRegisteredError extends TracebufError {
  static {
    ConditionNotRegisteredError.prototype.name = 'ConditionNotRegisteredError';
  }

  /** Full name of the condition. */
  readonly condition: string;

  constructor(component: string, condition: string) {
    super(
      'ERR_TRACEBUF_CONDITION_NOT_REGISTERED',
      `The condition ${quoted(condition)} was called before its component was registered; call register() on ${quoted(component)} first.`,
    );
    this.condition = condition;
  }
}

/** Another component of this process already has that name. */
export class LogComponentExistsError extends TracebufError {
  static {
    LogComponentExistsError.prototype.name = 'LogComponentExistsError';
  }

  /** Name of the component. */
  readonly component: string;

  constructor(component: string, existing: string) {
    super(
      'ERR_TRACEBUF_COMPONENT_EXISTS',
      `A component named ${quoted(existing)} is already registered, with other conditions than ${quoted(component)}; choose another name, or use the logger that exists.`,
    );
    this.component = component;
  }
}

/** Two components of one process have the same numeric id. */
export class ComponentIdCollisionError extends TracebufError {
  static {
    ComponentIdCollisionError.prototype.name = 'ComponentIdCollisionError';
  }

  /** The id that both have. */
  readonly componentId: number;
  /** The component that could not be registered. */
  readonly component: string;
  /** The component that has the id. */
  readonly existing: string;
  /** An id that is free; `undefined` when all 512 are taken. */
  readonly suggestedId: number | undefined;

  constructor(componentId: number, component: string, existing: string, suggestedId: number | undefined) {
    const remedy =
      suggestedId === undefined
        ? 'all ids from 512 to 1023 are taken: register fewer components in one process'
        : `give one of them an id of its own, such as componentId: ${suggestedId}`;
    super(
      'ERR_TRACEBUF_COMPONENT_ID_COLLISION',
      `The components ${quoted(component)} and ${quoted(existing)} have the same id ${componentId}; ${remedy}.`,
    );
    this.componentId = componentId;
    this.component = component;
    this.existing = existing;
    this.suggestedId = suggestedId;
  }
}

/** A log filter can't be used, named, edited or deleted so. */
export class LogFilterError extends TracebufError {
  static {
    LogFilterError.prototype.name = 'LogFilterError';
  }

  /** Name of the filter. */
  readonly filter: string;

  /** @param code The stable code. @param message The whole message. */
  constructor(code: string, filter: string, message: string) {
    super(code, message);
    this.filter = filter;
  }

  /** No filter has that name. */
  static unknown(name: string, known: readonly string[]): LogFilterError {
    return new LogFilterError(
      'ERR_TRACEBUF_UNKNOWN_FILTER',
      name,
      `There is no log filter ${quoted(name)}; ${remedyFor(name, known)}`,
    );
  }

  /** A filter already has that name, in some case. */
  static exists(name: string, existing: string): LogFilterError {
    return new LogFilterError(
      'ERR_TRACEBUF_FILTER_EXISTS',
      name,
      `Cannot create the log filter ${quoted(name)}: there is a filter ${quoted(existing)}; choose another name.`,
    );
  }

  /** Targets use the filter. */
  static inUse(name: string, targets: readonly string[]): LogFilterError {
    return new LogFilterError(
      'ERR_TRACEBUF_FILTER_IN_USE',
      name,
      `Cannot delete the log filter ${quoted(name)}: used by ${quotedList(targets)}; give those targets another filter first.`,
    );
  }

  /** The default filter stays. */
  static permanent(name: string): LogFilterError {
    return new LogFilterError(
      'ERR_TRACEBUF_FILTER_PERMANENT',
      name,
      `The log filter ${quoted(name)} cannot be deleted; change its items instead.`,
    );
  }

  /** The name is no good. */
  static badName(name: string): LogFilterError {
    return new LogFilterError(
      'ERR_TRACEBUF_INVALID_FILTER_NAME',
      name,
      `The log filter cannot be named ${quoted(name)}; use a letter, then up to 31 letters, digits, "_" or "-", but not "all" or "copy".`,
    );
  }
}

/** A name of a component, sub-component or condition means nothing known, or more than one thing. */
export class UnknownEventError extends TracebufError {
  static {
    UnknownEventError.prototype.name = 'UnknownEventError';
  }

  /** What was asked for. */
  readonly event: string;
  /** What it could mean, where it means several. */
  readonly candidates: readonly string[];

  /** @param candidates What it could mean. @param known What there is at that place. */
  constructor(event: string, candidates: readonly string[], known: readonly string[] = []) {
    const remedy =
      known.length === 0
        ? 'no component is known yet: start the program that declares it.'
        : remedyFor(event, known);
    super(
      candidates.length > 0 ? 'ERR_TRACEBUF_AMBIGUOUS_EVENT' : 'ERR_TRACEBUF_UNKNOWN_EVENT',
      candidates.length > 0
        ? `The event ${quoted(event)} could be ${quotedList(candidates.slice(0, MAX_LISTED), 'or')}; write more of it.`
        : `No component or condition is named ${quoted(event)}; ${remedy}`,
    );
    this.event = event;
    this.candidates = candidates;
  }
}

/** A configuration of the system log, or a change to it, can't be used. */
export class LogConfigurationError extends TracebufError {
  static {
    LogConfigurationError.prototype.name = 'LogConfigurationError';
  }

  /** @param message What was wrong, with which value, and what to do. */
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ERR_TRACEBUF_LOG_CONFIGURATION', message, options);
  }
}

/** A target of the system log is not there. */
export class UnknownLogTargetError extends TracebufError {
  static {
    UnknownLogTargetError.prototype.name = 'UnknownLogTargetError';
  }

  /** What was asked for. */
  readonly target: string;

  /** @param known Names of the targets there are. */
  constructor(target: string, known: readonly string[]) {
    super(
      'ERR_TRACEBUF_UNKNOWN_TARGET',
      `There is no log target ${quoted(target)}; ${remedyFor(target, known)}`,
    );
    this.target = target;
  }
}

/** There is a target of that name already. */
export class LogTargetExistsError extends TracebufError {
  static {
    LogTargetExistsError.prototype.name = 'LogTargetExistsError';
  }

  /** The target that is there. */
  readonly target: string;

  /** @param target The target that is there. */
  constructor(target: string) {
    super(
      'ERR_TRACEBUF_TARGET_EXISTS',
      `There is a target ${quoted(target)} already; delete it first, or change it.`,
    );
    this.target = target;
  }
}

/** Something of the system log that only one process may change at a time is being changed by another. */
export class LogBusyError extends TracebufError {
  static {
    LogBusyError.prototype.name = 'LogBusyError';
  }

  /** @param path The lock. @param waited How long was waited for it, in milliseconds. */
  constructor(path: string, waited: number) {
    super(
      'ERR_TRACEBUF_LOG_BUSY',
      `Another process has held ${quoted(path)} for ${waited / 1000} seconds; try again, or find out what holds it.`,
    );
  }
}

/** Another process delivers the system log in the foreground already. */
export class LogForwardedError extends TracebufError {
  static {
    LogForwardedError.prototype.name = 'LogForwardedError';
  }

  /** @param by Who does, such as `trace-cli.4711`; `undefined` where that is not known. */
  constructor(by: string | undefined) {
    super(
      'ERR_TRACEBUF_LOG_FORWARDED',
      `The system log is forwarded by another process already${by === undefined ? '' : `, ${quoted(by)}`}; end that one first.`,
    );
  }
}

/** A date or a time that limits what is shown can't be read. */
export class InvalidTimeLimitError extends TracebufError {
  static {
    InvalidTimeLimitError.prototype.name = 'InvalidTimeLimitError';
  }

  /** What was given. */
  readonly value: string;

  /** @param remedy What is wrong and what to do, as a clause. */
  constructor(value: string, remedy: string) {
    super('ERR_TRACEBUF_INVALID_TIME_LIMIT', `The time limit ${quoted(value)} cannot be used: ${remedy}.`);
    this.value = value;
  }
}
