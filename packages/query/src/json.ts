/** SQLite refuses JSON that nests deeper than 1000 levels, and with it the whole query. */
const MAX_DEPTH = 1000;

function depthOf(json: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (inString) {
      if (character === 0x5c) at++;
      else if (character === 0x22) inString = false;
    } else if (character === 0x22) inString = true;
    else if (character === 0x7b || character === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x7d || character === 0x5d) depth--;
  }
  return deepest;
}

/**
 * Writes the fields of a record as the JSON text on which SQL and the predicate agree: what the database would read
 * differently is made alike. Lone surrogates become U+FFFD, NaN and the infinities `null`, a BigInt its digits; each key
 * occurs once.
 *
 * @param fields The fields of a record; `undefined` gives `null`, to be stored as SQL NULL.
 * @returns JSON text of an object; `{}` where the fields can't be written (they nest deeper than 1000 levels, or in a
 * circle).
 */
export function fieldsToJson(fields: Readonly<Record<string, unknown>> | undefined): string | null {
  if (fields === undefined) return null;
  let json: string;
  try {
    json = JSON.stringify(fields, (_key, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
  } catch {
    return '{}';
  }
  // Two characters a level: what is shorter can't be too deep.
  if (json.length > 2 * MAX_DEPTH && depthOf(json) > MAX_DEPTH) return '{}';
  if (!json.includes('\\ud')) return json;
  // Whole pairs are written as they are; an escape is half a character, unless its backslash is one itself.
  return json.replace(/\\(?:ud[89a-f][\da-f]{2}|.)/gs, (sequence) =>
    sequence.startsWith('\\ud') ? '\ufffd' : sequence,
  );
}
