import { inspect } from 'node:util';

/**
 * Renders the value of a parameter as text, the same wherever it is shown or compared. Never throws, whatever the
 * value is: what refuses to be text is shown as what it is.
 *
 * Text, numbers, bigints and booleans are written as JavaScript writes them; dates as ISO 8601; an error by its
 * message; bytes as hexadecimal; anything else as JSON, or as `util.inspect` shows it where JSON can't.
 */
export function renderParameter(value: unknown): string {
  if (typeof value === 'string') return value;
  if ((typeof value === 'object' && value !== null) || typeof value === 'function')
    return renderObject(value);
  return String(value);
}

function renderObject(value: object): string {
  try {
    if (value instanceof Error) return value.message;
    // An invalid date has no ISO form.
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (value instanceof URL) return value.href;
    return JSON.stringify(value) ?? inspected(value);
  } catch {
    return inspected(value);
  }
}

function inspected(value: object): string {
  try {
    return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, customInspect: false });
  } catch {
    return '[unrenderable value]';
  }
}
