/** What JSON leaves as it is and a terminal would obey, or not show: DEL, C1 controls, direction marks, the invisible. */
const UNSAFE = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
const HAS_UNSAFE = new RegExp(UNSAFE.source);

/** A value as one line of JSON with its newline, harmless on a terminal and the same value to every parser. */
export function jsonLine(value: unknown): string {
  const text = JSON.stringify(value);
  return `${HAS_UNSAFE.test(text) ? text.replace(UNSAFE, escapeOf) : text}\n`;
}

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
