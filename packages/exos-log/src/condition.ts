import { InvalidDeclarationError } from './errors.ts';
import { conditionId, sameName } from './event-name.ts';
import {
  PARAMETER_NAME,
  parseMessageTemplate,
  positionOf,
  type TemplateParameters,
  templateNames,
} from './message-template.ts';
import {
  isParameterType,
  PARAMETER_TYPES,
  type ParameterRole,
  type ParameterType,
  type ParameterTypes,
} from './parameter-type.ts';
import { quoted, quotedList } from './quoted.ts';
import { isSeverity, type Severity } from './severity.ts';

/** A parameter of a condition, as a declaration writes it: its name, or its name with a type and a role. */
export type ParameterDeclaration =
  | string
  | {
      readonly name: string;
      /** What it is, so that filters can match it by type; default `string`. */
      readonly type?: ParameterType;
      /** Which end it speaks of: source or destination of addresses and L4 ports, ingress or egress of ports and slots. */
      readonly role?: ParameterRole;
    };

/** A parameter of a condition. */
export interface ParameterDefinition {
  readonly name: string;
  readonly type: ParameterType;
  readonly role?: ParameterRole;
}

/** What can be said about a condition besides its name and text. */
export interface ConditionOptions<
  Params extends readonly ParameterDeclaration[] = readonly ParameterDeclaration[],
> {
  /** The parameters, in the order in which the method takes them; default: those of the text, in its order. */
  readonly params?: Params;
  /** How urgent every incident of this condition is; default `warning`. */
  readonly severity?: Severity;
  /** Why it happens, for the catalog. */
  readonly cause?: string;
  /** What to do about it, for the catalog. */
  readonly action?: string;
  /** Own names that this condition had before, at the same place, so that filters and readers still know them. */
  readonly aliases?: readonly string[];
}

/** A condition: the static side of every incident. Plain data. */
export interface ConditionDefinition {
  /** `Component.SubComponent.Condition` or `Component.Condition`. */
  readonly id: string;
  /** Its own name, without those of its component and sub-component. */
  readonly name: string;
  /** Name of its sub-component; absent where it belongs to the component itself. */
  readonly subComponent?: string;
  readonly text: string;
  readonly parameters: readonly ParameterDefinition[];
  readonly severity: Severity;
  readonly cause?: string;
  readonly action?: string;
  /** Full names that it had before. */
  readonly aliases: readonly string[];
}

/**
 * Checks the declaration of a condition.
 *
 * @param subComponent Name of its sub-component, `undefined` for the component itself.
 * @throws {InvalidDeclarationError} The text, the parameters, the severity or an alias can't be used.
 */
export function defineCondition(
  component: string,
  subComponent: string | undefined,
  name: string,
  text: string,
  options: ConditionOptions = {},
): ConditionDefinition {
  const id = conditionId(component, subComponent, name);
  const what = `condition ${quoted(id)}`;
  if (typeof text !== 'string' || text === '') throw new InvalidDeclarationError(what, 'it needs a text');
  const { severity = 'warning', cause, action, aliases = [] } = options;
  if (!isSeverity(severity)) {
    throw new InvalidDeclarationError(what, `there is no severity ${quoted(severity)}; use one of Severity`);
  }
  const template = parseMessageTemplate(text, what);
  const names = templateNames(template);
  const parameters = (options.params ?? names).map((declaration) => defineParameter(what, declaration));
  const declared = parameters.map((parameter) => parameter.name);
  const positions = template.slots.map(positionOf).filter((position) => position >= 0);
  checkParameters(what, names, positions, declared);
  return {
    id,
    name,
    ...(subComponent === undefined ? {} : { subComponent }),
    text,
    parameters,
    severity,
    ...(cause === undefined ? {} : { cause }),
    ...(action === undefined ? {} : { action }),
    aliases: aliases.map((alias) => defineAlias(what, component, subComponent, alias)),
  };
}

function checkParameters(
  what: string,
  names: readonly string[],
  positions: readonly number[],
  declared: readonly string[],
): void {
  const twice = declared.find(
    (name, index) => declared.findIndex((other) => sameName(other, name)) !== index,
  );
  if (twice !== undefined) {
    throw new InvalidDeclarationError(what, `the parameter ${quoted(twice)} is declared twice; remove one`);
  }
  const unknown = names.find((name) => !declared.includes(name));
  if (unknown !== undefined) {
    throw new InvalidDeclarationError(
      what,
      `its text uses %${unknown}%, but the parameters are ${quotedList(declared)}; add ${quoted(unknown)} to them, or write %% for a percent sign`,
    );
  }
  const beyond = positions.find((position) => position >= declared.length);
  if (beyond !== undefined) {
    throw new InvalidDeclarationError(
      what,
      `its text uses %${beyond}%, but there are ${declared.length} parameters, counted from 0`,
    );
  }
  const unused = declared.find((name, index) => !names.includes(name) && !positions.includes(index));
  if (unused !== undefined) {
    throw new InvalidDeclarationError(
      what,
      `its text does not use the parameter ${quoted(unused)}; write %${unused}% in it or remove the parameter`,
    );
  }
}

function defineParameter(what: string, declaration: ParameterDeclaration): ParameterDefinition {
  const {
    name,
    type = 'string',
    role,
  } = typeof declaration === 'string' ? { name: declaration } : declaration;
  const asDeclared = typeof declaration === 'string' ? undefined : role;
  if (typeof name !== 'string' || !PARAMETER_NAME.test(name) || RESERVED_PARAMETERS.has(name)) {
    throw new InvalidDeclarationError(
      what,
      `a parameter cannot be named ${quoted(name)}; use a letter or "_", then up to 63 letters, digits or "_"`,
    );
  }
  if (!isParameterType(type)) {
    throw new InvalidDeclarationError(
      what,
      `the parameter ${quoted(name)} has the unknown type ${quoted(type)}; use ${quotedList(Object.keys(PARAMETER_TYPES), 'or')}`,
    );
  }
  const { roles } = PARAMETER_TYPES[type];
  if (asDeclared !== undefined && !roles.includes(asDeclared)) {
    throw new InvalidDeclarationError(
      what,
      `the parameter ${quoted(name)} of type ${quoted(type)} cannot be ${quoted(asDeclared)}; ${roles.length === 0 ? 'leave the role out' : `use ${quotedList(roles, 'or')}`}`,
    );
  }
  return { name, type, ...(asDeclared === undefined ? {} : { role: asDeclared }) };
}

/** Names that an object can't have as data. */
const RESERVED_PARAMETERS: ReadonlySet<string> = new Set(['__proto__']);

/** A condition keeps its place: only its own name can have been another. */
function defineAlias(
  what: string,
  component: string,
  subComponent: string | undefined,
  alias: string,
): string {
  if (typeof alias !== 'string' || !/^[A-Za-z]\w{0,63}$/.test(alias)) {
    throw new InvalidDeclarationError(
      what,
      `the alias ${quoted(alias)} is no name; give a former name of the condition, without component and sub-component`,
    );
  }
  return conditionId(component, subComponent, alias);
}

type NameOf<Declaration> = Declaration extends string
  ? Declaration
  : Declaration extends { readonly name: infer Name extends string }
    ? Name
    : never;

type TypeOf<Declaration> = Declaration extends { readonly type: infer Type extends ParameterType }
  ? Type
  : 'string';

type NamesOf<Params extends readonly ParameterDeclaration[]> = {
  readonly [Index in keyof Params]: NameOf<Params[Index]>;
};

/** The first name that a list has twice. */
type Twice<Names extends readonly unknown[]> = Names extends readonly [infer First, ...infer Rest]
  ? First extends Rest[number]
    ? First
    : Twice<Rest>
  : never;

/** Whether a text names parameters by position, as in `%0%`; then those may be without a name in it. */
type HasPosition<Text extends string> = Text extends `${string}%${number}%${string}` ? true : false;

type First<Union> = Union extends string ? Union : never;

/**
 * What the parameters of a condition must be besides an array: `unknown` when they match the text, else a message that
 * no array is, so that the compiler shows it. Unchecked where text or names are no literals.
 */
export type MatchingParameters<
  Text extends string,
  Params extends readonly ParameterDeclaration[],
> = string extends Text
  ? unknown
  : string extends NameOf<Params[number]>
    ? unknown
    : [Exclude<TemplateParameters<Text>[number], NameOf<Params[number]>>] extends [never]
      ? [Twice<NamesOf<Params>>] extends [never]
        ? HasPosition<Text> extends true
          ? unknown
          : [Exclude<NameOf<Params[number]>, TemplateParameters<Text>[number]>] extends [never]
            ? unknown
            : `the text does not use the parameter ${First<Exclude<NameOf<Params[number]>, TemplateParameters<Text>[number]>>}`
        : `the parameter ${First<Twice<NamesOf<Params>>>} is declared twice`
      : `the text uses %${First<Exclude<TemplateParameters<Text>[number], NameOf<Params[number]>>>}%, which is no parameter`;

/** What the method of a condition takes, one argument a parameter. */
export type ConditionArguments<Params extends readonly ParameterDeclaration[]> = {
  -readonly [Index in keyof Params]: ParameterTypes[TypeOf<Params[Index]>];
};

/** The method of a condition: reports one incident. Never throws, blocks or rejects. */
export type ConditionMethod<Params extends readonly ParameterDeclaration[]> = (
  ...values: ConditionArguments<Params>
) => void;
