import { format } from 'node:util';
import { type CatalogEntry, catalogOf } from './catalog.ts';
import {
  type ComponentDefinition,
  type ComponentOptions,
  checkThreshold,
  checkTitle,
  defineComponent,
  type SubComponentDefinition,
} from './component.ts';
import { type ComponentRegistry, componentRegistry } from './component-registry.ts';
import {
  type ConditionOptions,
  defineCondition,
  type MatchingParameters,
  type ParameterDeclaration,
} from './condition.ts';
import { conditionMethod } from './condition-method.ts';
import {
  ConditionNotRegisteredError,
  InvalidDeclarationError,
  LogComponentRegisteredError,
} from './errors.ts';
import { checkMethodName, conditionId, sameName } from './event-name.ts';
import type { IncidentSink } from './incident-sink.ts';
import { type HandlerWriter, handlerWriter, isLogHandler, type LogHandler } from './log-handler.ts';
import type { AddedMethod, UsableName } from './logger-types.ts';
import type { TemplateParameters } from './message-template.ts';
import { quoted } from './quoted.ts';
import { RESERVED_NAMES } from './reserved-name.ts';
import type { Severity } from './severity.ts';
import { systemLog } from './system-log/system-log.ts';

/** What an {@link ExosLogger} is made with. */
export interface ExosLoggerOptions extends ComponentOptions {
  /** Loggers that get every call besides the system log; more can be added with `addHandler`. */
  readonly handlers?: readonly LogHandler[];
  /** Where incidents go; default: the system log of this user. `false`: to the handlers only. */
  readonly sink?: IncidentSink | false;
  /** Which components this one must differ from; default: all of this process. */
  readonly registry?: ComponentRegistry;
}

/** What can be said about a sub-component besides its name and title. */
export interface SubComponentOptions {
  /** The least urgent severity that filters without a severity let through; default: that of the component. */
  readonly factoryThreshold?: Severity;
}

/** A logger that is registered: it has a method for each of its conditions. */
export type RegisteredLogger<Conditions, SubComponents extends string = never> = ExosLogger<
  Conditions,
  SubComponents
> &
  Conditions;

const RESERVED: ReadonlySet<string> = new Set(RESERVED_NAMES);

/**
 * A component of the system log: its conditions are declared once, and each becomes a typed method.
 *
 * ```ts
 * const elog = new ExosLogger('example', 'Example Logger', { formatVersion: 1 })
 *   .addCondition('could_not_open', 'Unable to open %tgt% with %opt%', { severity: Severity.ERROR })
 *   .register();
 * elog.could_not_open('somefile', 'r');
 * ```
 *
 * Declaring throws where something is wrong; once registered, no call throws, blocks or rejects.
 */
// biome-ignore lint/complexity/noBannedTypes: {} is the type without conditions, to which each adds its method.
export class ExosLogger<Conditions = {}, SubComponents extends string = never> {
  readonly #sink: IncidentSink | false | undefined;
  readonly #registry: ComponentRegistry;
  readonly #handlers: LogHandler[] = [];
  readonly #writers: HandlerWriter[] = [];
  #definition: ComponentDefinition;
  #registered = false;

  /**
   * @param name Identity of the component: a letter, then up to 63 letters, digits, `_`, `-`; equal in any case.
   * @param title One line that says what it is.
   * @throws {InvalidDeclarationError} The name, the title, a version, the id, the threshold or a handler can't be used.
   */
  constructor(name: string, title: string, options: ExosLoggerOptions) {
    this.#definition = defineComponent(name, title, options ?? {});
    this.#sink = options.sink;
    this.#registry = options.registry ?? componentRegistry;
    for (const handler of options.handlers ?? []) this.addHandler(handler);
  }

  /** The component with all its conditions, as plain data. */
  get definition(): ComponentDefinition {
    return this.#definition;
  }

  /** Name of the component. */
  get name(): string {
    return this.#definition.name;
  }

  /** Title of the component. */
  get title(): string {
    return this.#definition.title;
  }

  /** Whether {@link ExosLogger.register} has been called. */
  isRegistered(): boolean {
    return this.#registered;
  }

  /**
   * Adds a part with a title and a threshold of its own; its conditions are those named `<name>.<condition>`.
   *
   * @throws {LogComponentRegisteredError} The component is registered.
   * @throws {InvalidDeclarationError} The name is taken, reserved or no name, or title or threshold can't be used.
   */
  addSubComponent<const Name extends string>(
    name: Name & UsableName<Name, SubComponents, Conditions>,
    title: string,
    options: SubComponentOptions = {},
  ): ExosLogger<Conditions, SubComponents | Name> {
    const what = `sub-component ${quoted(`${this.name}.${name}`)}`;
    this.#checkOpen(`add the sub-component ${quoted(name)}`);
    checkMethodName(what, name, RESERVED);
    this.#checkFree(what, undefined, name);
    checkTitle(what, title);
    const { factoryThreshold } = options;
    if (factoryThreshold !== undefined) checkThreshold(what, factoryThreshold);
    const added: SubComponentDefinition = {
      name,
      title,
      ...(factoryThreshold === undefined ? {} : { factoryThreshold }),
    };
    this.#definition = { ...this.#definition, subComponents: [...this.#definition.subComponents, added] };
    define(this, name, {});
    return this as unknown as ExosLogger<Conditions, SubComponents | Name>;
  }

  /**
   * Adds a condition, and with it a method of that name that reports one incident.
   *
   * @param name A letter, then letters, digits, `_`; before it the name of a sub-component and a dot, if it is in one.
   * @param text The message: `%name%` is a parameter, `%%` a percent sign.
   * @param options Its parameters (default: those of the text, in its order), its severity (default `warning`), and
   *   cause, action and former names for the catalog.
   * @throws {LogComponentRegisteredError} The component is registered.
   * @throws {InvalidDeclarationError} The name is taken, reserved or no name; text and parameters don't match.
   */
  addCondition<
    const Name extends string,
    const Text extends string,
    const Params extends readonly ParameterDeclaration[] = TemplateParameters<Text>,
  >(
    name: Name & UsableName<Name, SubComponents, Conditions>,
    text: Text,
    options: ConditionOptions<Params> & { readonly params?: MatchingParameters<Text, Params> } = {},
  ): ExosLogger<Conditions & AddedMethod<Name, Params>, SubComponents> {
    this.#checkOpen(`add the condition ${quoted(name)}`);
    const [subComponent, own] = this.#place(name);
    const id = conditionId(this.name, subComponent, own);
    checkMethodName(`condition ${quoted(id)}`, own, RESERVED);
    this.#checkFree(`condition ${quoted(id)}`, subComponent, own);
    const condition = defineCondition(this.name, subComponent, own, text, options);
    this.#definition = { ...this.#definition, conditions: [...this.#definition.conditions, condition] };
    define(this.#owner(subComponent), own, () => {
      throw new ConditionNotRegisteredError(this.name, id);
    });
    return this as unknown as ExosLogger<Conditions & AddedMethod<Name, Params>, SubComponents>;
  }

  /**
   * Makes the component known to the system log. From then on its conditions can be called, and no more can be added.
   *
   * @returns This logger, with its methods.
   * @throws {LogComponentRegisteredError} It is registered already.
   * @throws {LogComponentExistsError} Another component has the name.
   * @throws {ComponentIdCollisionError} Another component has the id.
   * @throws {StorageError} The system log has no room.
   * @throws {LogConfigurationError} The configuration of the system log is damaged.
   */
  register(): RegisteredLogger<Conditions, SubComponents> {
    this.#checkOpen('register it again');
    this.#registry.add(this.#definition);
    const sink = this.#sink ?? systemLog();
    const emitter = sink === false ? undefined : sink.define(this.#definition);
    this.#registered = true;
    for (const [index, condition] of this.#definition.conditions.entries()) {
      define(
        this.#owner(condition.subComponent),
        condition.name,
        conditionMethod(index, condition, emitter, this.#writers),
      );
    }
    return this as unknown as RegisteredLogger<Conditions, SubComponents>;
  }

  /** Id, text, parameters, cause and action of every condition. */
  catalog(): CatalogEntry[] {
    return catalogOf([this.#definition]);
  }

  /**
   * Adds a logger that gets every call of this one: any pino or winston logger, or an object like it. It gets conditions
   * at the level nearest to their severity, with their parameters as fields.
   *
   * @throws {InvalidDeclarationError} The object has no methods of a logger.
   */
  addHandler(handler: LogHandler): this {
    if (!isLogHandler(handler)) {
      throw new InvalidDeclarationError(
        `handler of component ${quoted(this.name)}`,
        `it is ${quoted(handler)}; give a pino or winston logger, or an object with error, warn, info and debug`,
      );
    }
    if (!this.#handlers.includes(handler)) {
      this.#handlers.push(handler);
      this.#writers.push(handlerWriter(handler));
    }
    return this;
  }

  /** Removes a logger that was added; does nothing where it was not. */
  removeHandler(handler: LogHandler): this {
    const index = this.#handlers.indexOf(handler);
    if (index >= 0) {
      this.#handlers.splice(index, 1);
      this.#writers.splice(index, 1);
    }
    return this;
  }

  /** Logs to the handlers, not to the system log: a text with `%s`, `%d`, `%j`, `%o`, … or fields and a text. */
  debug(...message: HandlerMessage): void {
    this.#toHandlers('debug-summary', message);
  }

  /** As {@link ExosLogger.debug}, at `info`. */
  info(...message: HandlerMessage): void {
    this.#toHandlers('info', message);
  }

  /** As {@link ExosLogger.debug}, at `notice`; handlers without such a level get it as `info`. */
  notice(...message: HandlerMessage): void {
    this.#toHandlers('notice', message);
  }

  /** As {@link ExosLogger.debug}, at `warning`. */
  warning(...message: HandlerMessage): void {
    this.#toHandlers('warning', message);
  }

  /** As {@link ExosLogger.debug}, at `error`. */
  error(...message: HandlerMessage): void {
    this.#toHandlers('error', message);
  }

  /** As {@link ExosLogger.debug}, at `critical`, which is pino's `fatal` and winston's `crit` or `error`. */
  critical(...message: HandlerMessage): void {
    this.#toHandlers('critical', message);
  }

  #checkOpen(attempt: string): void {
    if (this.#registered) throw new LogComponentRegisteredError(this.name, attempt);
  }

  /** Splits `<sub-component>.<condition>`. */
  #place(name: string): [subComponent: string | undefined, own: string] {
    if (typeof name !== 'string')
      throw new InvalidDeclarationError('condition', `its name is ${quoted(name)}`);
    const dot = name.indexOf('.');
    if (dot < 0) return [undefined, name];
    const part = name.slice(0, dot);
    if (!this.#definition.subComponents.some((known) => known.name === part)) {
      throw new InvalidDeclarationError(
        `condition ${quoted(`${this.name}.${name}`)}`,
        `there is no sub-component ${quoted(part)}; add it first with addSubComponent()`,
      );
    }
    return [part, name.slice(dot + 1)];
  }

  /** A condition or sub-component may not have the name of another at the same place, in any case. */
  #checkFree(what: string, subComponent: string | undefined, name: string): void {
    const { conditions, subComponents } = this.#definition;
    const neighbours = conditions.filter((other) => other.subComponent === subComponent);
    const taken = [...neighbours, ...(subComponent === undefined ? subComponents : [])];
    const namesake = taken.find((other) => sameName(other.name, name));
    if (namesake !== undefined) {
      throw new InvalidDeclarationError(what, `the name ${quoted(namesake.name)} is taken; choose another`);
    }
  }

  #owner(subComponent: string | undefined): object {
    if (subComponent === undefined) return this;
    return (this as unknown as Readonly<Record<string, object>>)[subComponent] as object;
  }

  #toHandlers(severity: Severity, [first, ...rest]: HandlerMessage): void {
    const writers = this.#writers;
    if (writers.length === 0) return;
    try {
      const component = this.name;
      if (typeof first === 'object' && first !== null) {
        const text = rest.length > 0 ? format(...rest) : first instanceof Error ? first.message : '';
        const fields = first instanceof Error ? { component, err: first } : { component, ...first };
        for (const write of writers) write(severity, fields, text);
      } else {
        const text = format(first, ...rest);
        for (const write of writers) write(severity, { component }, text);
      }
    } catch {
      // Arguments that can't be formatted must not break the program.
    }
  }
}

/** A text with its arguments, or fields (an error, too) and then that. */
export type HandlerMessage =
  | readonly [message: string, ...values: unknown[]]
  | readonly [fields: object, message?: string, ...values: unknown[]];

/** Methods stay replaceable, so that a test can spy on them. */
function define(owner: object, name: string, value: unknown): void {
  Object.defineProperty(owner, name, { value, enumerable: true, writable: true, configurable: true });
}
