import { MESSAGE, SPLAT } from 'triple-beam';
import { plainCopy, plainError } from './plain-data.ts';

/** What a winston logger hands to its transports: text keys, and the symbols of triple-beam. */
export type Info = Readonly<Record<string | symbol, unknown>>;

/** The line that is stored for an info, and how many values were replaced because JSON can't hold them. */
export interface InfoLine {
  readonly text: string;
  readonly replaced: number;
}

const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const QUOTE = 0x22;

/** What `util.format` would put an argument in place of. */
const FORMAT_TOKEN = /%[scdjifoO]/;

const none: InfoLine = { text: '', replaced: 0 };

/**
 * One line of JSON for an info; never throws.
 *
 * Where the format was `json()` the line is there already, as `info[MESSAGE]`, and is taken as it is. It is only added
 * to where it lost something: message and stack of errors, arguments that no format has used. Where the format
 * printed anything else, the info itself is made into JSON: its fields are worth more than the text made of them.
 */
export function lineOf(info: Info): InfoLine {
  try {
    const printed = info[MESSAGE];
    if (typeof printed !== 'string' || !isJsonLine(printed)) return structuredLine(info, printed);
    if (info instanceof Error) return structuredLine(info, undefined);
    const lost = lostErrors(info, printed) + unusedArguments(info);
    return { text: lost === '' ? printed : `${printed.slice(0, -1)}${lost}}`, replaced: 0 };
  } catch {
    return structuredLine(info, undefined);
  }
}

/** Whether a text looks like the JSON of an object on one line. A text that only looks so is shown as text later. */
function isJsonLine(text: string): boolean {
  return (
    text.charCodeAt(0) === OPENING_BRACE &&
    text.charCodeAt(1) === QUOTE &&
    text.charCodeAt(text.length - 1) === CLOSING_BRACE
  );
}

/**
 * `,"key":{…}` for each error among the values of an info that the printed line holds without message and stack, as
 * `JSON.stringify` leaves errors. JSON takes the last one of equal keys, so that it stands in for what was there.
 */
function lostErrors(info: Info, printed: string): string {
  let lost = '';
  let line: Record<string, unknown> | undefined;
  for (const key in info) {
    const value = info[key];
    if (typeof value !== 'object' || !(value instanceof Error)) continue;
    line ??= JSON.parse(printed) as Record<string, unknown>;
    const shown = line[key];
    if (typeof shown !== 'object' || shown === null || 'message' in shown || 'stack' in shown) continue;
    lost += `,${JSON.stringify(key)}:${JSON.stringify({ ...plainError(value), ...shown })}`;
  }
  return lost;
}

/** `,"splat":[…]` where the message still has a token for the arguments: the logger has no `format.splat()`. */
function unusedArguments(info: Info): string {
  const splat = info[SPLAT];
  if (!Array.isArray(splat) || splat.length === 0 || 'splat' in info) return '';
  const { message } = info;
  if (typeof message !== 'string' || !FORMAT_TOKEN.test(message)) return '';
  return `,"splat":${JSON.stringify(plainCopy(splat).value)}`;
}

function structuredLine(info: Info, printed: unknown): InfoLine {
  if (typeof info !== 'object' || info === null)
    return { text: JSON.stringify({ message: String(info) }), replaced: 0 };
  return nativeLine(info, printed) ?? copiedLine(info, printed);
}

/** By far the quickest, but for infos with nothing special in them only. */
function nativeLine(info: Info, printed: unknown): InfoLine | undefined {
  try {
    if (info instanceof Error || needsText(info, printed)) return undefined;
    for (const key in info) if (info[key] instanceof Error) return undefined;
    const text = JSON.stringify(info);
    const lost = unusedArguments(info);
    if (!isJsonLine(text)) return undefined;
    return { text: lost === '' ? text : `${text.slice(0, -1)}${lost}}`, replaced: 0 };
  } catch {
    // A cycle, a BigInt, a getter or toJSON that throws, or nested too deeply.
    return undefined;
  }
}

/** Whether the printed text is all that there is to show. */
function needsText(info: Info, printed: unknown): boolean {
  return typeof printed === 'string' && info.message === undefined;
}

function copiedLine(info: Info, printed: unknown): InfoLine {
  try {
    const { value, replaced } = plainCopy(info);
    const copy =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { message: value };
    if (copy.message === undefined && typeof printed === 'string') copy.message = printed;
    // `name` of an error as info says no more than its stack does.
    if (info instanceof Error && copy.name === 'Error') delete copy.name;
    const text = JSON.stringify(copy);
    const lost = unusedArguments(info);
    return { text: lost === '' ? text : `${text.slice(0, -1)}${lost}}`, replaced };
  } catch {
    return { ...none, text: '{"message":"[a value that cannot be shown]"}', replaced: 1 };
  }
}
