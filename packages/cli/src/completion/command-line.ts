/** The last word of a command line, as typed and as meant. */
interface LastWord {
  /** With its quotes and backslashes. */
  readonly raw: string;
  /** The quote that is open at the end, if one is. */
  readonly quote: '' | "'" | '"';
}

/** A command line as a shell splits it. */
export interface CommandLine {
  /** All words, unquoted; the last one is being typed and may be empty. */
  readonly words: readonly string[];
  readonly last: LastWord;
}

/**
 * Splits what was typed up to the cursor into words, as bash does: at white space, with quotes and backslashes.
 * Nothing is expanded.
 */
export function splitCommandLine(line: string): CommandLine {
  const words: string[] = [];
  let word = '';
  let start = 0;
  let started = false;
  let quote: LastWord['quote'] = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote === '' && /\s/.test(char)) {
      if (started) words.push(word);
      word = '';
      started = false;
      start = at + 1;
    } else if (char === quote) quote = '';
    else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
      started = true;
    } else {
      if (char === '\\' && quote !== "'" && at + 1 < line.length) at += 1;
      word += line.charAt(at);
      started = true;
    }
  }
  return { words: [...words, word], last: { raw: started ? line.slice(start) : '', quote } };
}

/**
 * What bash has to insert so that the last word becomes `value`. bash replaces only what stands behind the last of
 * its word breaks, and inserts it as it is, so it has to be quoted here: names come from other programs.
 *
 * @param breaks `COMP_WORDBREAKS`.
 */
export function bashInsertion(value: string, { raw, quote }: LastWord, breaks: string): string {
  if (quote !== '') return insideQuotes(value, quote);
  const quoted = value.replace(/[^\w@%+=:,./-]/gu, '\\$&');
  let typed = raw.length;
  while (typed > 0 && !breaks.includes(raw.charAt(typed - 1))) typed -= 1;
  const kept = raw.slice(0, typed);
  return quoted.toLowerCase().startsWith(kept.toLowerCase()) ? quoted.slice(typed) : quoted;
}

function insideQuotes(value: string, quote: string): string {
  return quote === "'" ? value.replaceAll("'", "'\\''") : value.replace(/["$`\\]/g, '\\$&');
}
