/** Whether a text matches. */
export type TextMatcher = (text: string) => boolean;

/** One step of an expression: a character or any (`undefined`), once or repeated. */
interface Step {
  readonly character: string | undefined;
  repeated: boolean;
}

/** The longest expression, in characters: what one text can cost stays bounded. */
export const MAX_MATCH_EXPRESSION = 256;

/**
 * Prepares a simple regular expression: `.` is any character, `*` zero or more of what stands before it, `^` at the
 * beginning and `$` at the end are the ends of the text. Everything else, and these where they can't mean that, is
 * itself. Letter case counts. It matches anywhere in the text.
 *
 * Time grows linearly with the text, whatever the expression is: all ways to match are followed at once.
 *
 * @throws {RangeError} The expression is longer than {@link MAX_MATCH_EXPRESSION}.
 */
export function compileMatchExpression(expression: string): TextMatcher {
  const characters = Array.from(expression);
  if (characters.length > MAX_MATCH_EXPRESSION) {
    throw new RangeError(
      `The match expression has ${characters.length} characters; write at most ${MAX_MATCH_EXPRESSION}.`,
    );
  }
  const fromStart = characters[0] === '^';
  if (fromStart) characters.shift();
  const toEnd = characters.at(-1) === '$';
  if (toEnd) characters.pop();
  const steps: Step[] = [];
  for (const character of characters) {
    const last = steps.at(-1);
    if (character === '*' && last !== undefined) last.repeated = true;
    else steps.push({ character: character === '.' ? undefined : character, repeated: false });
  }
  return plainMatcher(steps, fromStart, toEnd) ?? stepMatcher(steps, fromStart, toEnd);
}

/** Most expressions are plain words, for which the language has its own search. */
function plainMatcher(steps: readonly Step[], fromStart: boolean, toEnd: boolean): TextMatcher | undefined {
  if (steps.some(({ character, repeated }) => repeated || character === undefined)) return undefined;
  const word = steps.map(({ character }) => character).join('');
  if (fromStart && toEnd) return (text) => text === word;
  if (fromStart) return (text) => text.startsWith(word);
  return toEnd ? (text) => text.endsWith(word) : (text) => text.includes(word);
}

/** Follows all ways at once: state n means that the first n steps have matched. */
function stepMatcher(steps: readonly Step[], fromStart: boolean, toEnd: boolean): TextMatcher {
  const done = steps.length;
  return (text) => {
    let states = new Uint8Array(done + 1);
    let next = new Uint8Array(done + 1);
    states[0] = 1;
    skipRepeated(steps, states);
    for (const character of text) {
      if (states[done] === 1 && !toEnd) return true;
      for (const [index, step] of steps.entries()) {
        if (states[index] === 1 && (step.character === undefined || step.character === character)) {
          next[step.repeated ? index : index + 1] = 1;
        }
      }
      if (!fromStart) next[0] = 1;
      skipRepeated(steps, next);
      [states, next] = [next, states];
      next.fill(0);
    }
    return states[done] === 1;
  };
}

/** What may come zero times may be passed over. */
function skipRepeated(steps: readonly Step[], states: Uint8Array): void {
  for (const [index, step] of steps.entries())
    if (states[index] === 1 && step.repeated) states[index + 1] = 1;
}
