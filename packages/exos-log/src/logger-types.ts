import type { ConditionMethod, ParameterDeclaration } from './condition.ts';
import type { ReservedName } from './reserved-name.ts';

/** What the name of a condition must be besides text: a message that no text is, where it can't be used. */
export type UsableName<Name extends string, SubComponents extends string, Conditions> = string extends Name
  ? unknown
  : Name extends `${infer Part}.${infer Own}`
    ? Part extends SubComponents
      ? Own extends ReservedName
        ? `the name ${Own} is reserved`
        : Conditions extends { readonly [P in Part]: { readonly [O in Own]: unknown } }
          ? `there is a condition ${Name} already`
          : unknown
      : `there is no sub-component ${Part}: add it first`
    : Name extends ReservedName
      ? `the name ${Name} is reserved`
      : Name extends SubComponents
        ? `there is a sub-component ${Name} already`
        : Name extends keyof Conditions
          ? `there is a condition ${Name} already`
          : unknown;

/** The method that a condition adds: on the logger, or on the sub-component that its name starts with. */
export type AddedMethod<
  Name extends string,
  Params extends readonly ParameterDeclaration[],
> = string extends Name
  ? unknown
  : Name extends `${infer Part}.${infer Own}`
    ? { readonly [P in Part]: { readonly [O in Own]: ConditionMethod<Params> } }
    : { readonly [N in Name]: ConditionMethod<Params> };
