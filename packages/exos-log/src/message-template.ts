import { InvalidDeclarationError } from './errors.ts';
import { quoted } from './quoted.ts';

/** The text of a condition, taken apart: literal, parameter, literal, parameter, …, literal. */
export interface MessageTemplate {
  /** What stands between the parameters; always one more than {@link MessageTemplate.slots}. */
  readonly literals: readonly string[];
  /** Names of the parameters, in the order of the text; a name may come more than once. */
  readonly slots: readonly string[];
}

/** What the name of a parameter may be: a letter or `_`, then letters, digits, `_`. */
export const PARAMETER_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Takes the text of a condition apart: `%name%` is a parameter, `%%` a percent sign. `%0%` is the first parameter, and
 * so on, as older EXOS texts have it.
 *
 * @throws {InvalidDeclarationError} A percent sign stands alone, or what it encloses can't name a parameter.
 */
export function parseMessageTemplate(text: string, what = 'message text'): MessageTemplate {
  const literals: string[] = [];
  const slots: string[] = [];
  let literal = '';
  let start = 0;
  for (;;) {
    const open = text.indexOf('%', start);
    if (open < 0) break;
    literal += text.slice(start, open);
    if (text[open + 1] === '%') {
      literal += '%';
      start = open + 2;
      continue;
    }
    const close = text.indexOf('%', open + 1);
    const name = close < 0 ? text.slice(open + 1) : text.slice(open + 1, close);
    if (close < 0 || !(PARAMETER_NAME.test(name) || POSITION.test(name))) {
      throw new InvalidDeclarationError(
        what,
        `the percent sign before ${quoted(name.slice(0, 20))} in its text encloses no parameter name; write %name%, or %% for a percent sign`,
      );
    }
    literals.push(literal);
    slots.push(name);
    literal = '';
    start = close + 1;
  }
  literals.push(literal + text.slice(start));
  return { literals, slots };
}

/** A parameter by position: `0`, `1`, … */
const POSITION = /^\d{1,3}$/;

/** Position that a slot names, or -1 where it is a name. */
export function positionOf(slot: string): number {
  return POSITION.test(slot) ? Number(slot) : -1;
}

/** The names in a template, each once, in the order of their first use; positions are not names. */
export function templateNames(template: MessageTemplate): string[] {
  return [...new Set(template.slots.filter((slot) => positionOf(slot) < 0))];
}

/** Puts values into a text. @param parameters Names of the parameters, in the order of the values. */
export type MessageRenderer = (values: readonly string[]) => string;

/**
 * Prepares a text for rendering. What a value does not exist for is shown as its `%name%`.
 *
 * @param parameters Names of the parameters, in the order in which values will come.
 */
export function messageRenderer(template: MessageTemplate, parameters: readonly string[]): MessageRenderer {
  const { literals, slots } = template;
  const indexes = slots.map((slot) => {
    const position = positionOf(slot);
    return position >= 0 ? position : parameters.indexOf(slot);
  });
  return (values) => {
    let text = literals[0] ?? '';
    for (let slot = 0; slot < slots.length; slot++) {
      text += `${values[indexes[slot] ?? -1] ?? `%${slots[slot]}%`}${literals[slot + 1] ?? ''}`;
    }
    return text;
  };
}

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

/** Adds a name to those found, unless it is there already or is a position. */
type AddName<Found extends readonly string[], Name extends string> = Name extends
  | Found[number]
  | `${Digit}${string}`
  ? Found
  : [...Found, Name];

/**
 * Names of the parameters in a text, inferred from the literal, each once, in the order of their first use:
 * `TemplateParameters<'Unable to open %tgt% with %opt%'>` is `['tgt', 'opt']`. For a text that is not a literal it is
 * `readonly string[]`.
 */
export type TemplateParameters<
  Text extends string,
  Found extends readonly string[] = [],
> = string extends Text
  ? readonly string[]
  : Text extends `${string}%${infer Rest}`
    ? Rest extends `%${infer After}`
      ? TemplateParameters<After, Found>
      : Rest extends `${infer Name}%${infer After}`
        ? TemplateParameters<After, AddName<Found, Name>>
        : Found
    : Found;
