import type { PathSegment, Span, TimeUnit } from './ast.ts';
import { type FilterErrorCode, FilterSyntaxError, quote } from './errors.ts';
import { unescapeLike } from './like.ts';
import { FILTER_LIMITS } from './limits.ts';
import { KEYWORDS, readName, readSegment, readSuffix } from './names.ts';
import { rankWords } from './rank.ts';
import { readQuoted } from './strings.ts';
import { parseUnit, UNIT_NAMES } from './units.ts';

/** A piece of the filter text. */
export type Token = Span &
  (
    | { readonly type: 'path'; readonly path: readonly PathSegment[]; readonly exact: boolean }
    | { readonly type: 'string'; readonly pattern: string }
    | { readonly type: 'number'; readonly value: number; readonly unit: TimeUnit | undefined }
    | { readonly type: 'regexp'; readonly source: string; readonly flags: string }
    | { readonly type: 'operator'; readonly text: string }
    | { readonly type: 'keyword'; readonly text: 'and' | 'or' | 'not' | 'in' | 'true' | 'false' | 'null' }
    | { readonly type: '(' | ')' | '[' | ']' | ',' | '&&' | '||' | '!' | 'end' }
  );

const INDEX = /\[(\d{1,9})\]/y;
const NUMBER = /-?(?:0x[\da-f]+|(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)/iy;
const SPACE = /[\s\ufeff]*/y;
const OPERATORS = [
  '===',
  '!==',
  '==',
  '=~',
  '!=',
  '!~',
  '<=',
  '>=',
  '<>',
  '=>',
  '=<',
  '~=',
  '<',
  '>',
  '=',
  '~',
];
/** Spellings of other languages, and what they are here. */
const FOREIGN: Readonly<Record<string, string>> = {
  '===': '==',
  '!==': '!=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  '~=': '=~',
  '~': '=~',
  '&': '&&',
  '|': '||',
};

/**
 * Cuts a filter into tokens; the last one is always `end`.
 *
 * @param text The filter, well-formed and within the limit of length.
 * @throws FilterSyntaxError where a piece is no token.
 */
export function tokenize(text: string): Token[] {
  return new Tokenizer(text).all();
}

class Tokenizer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): Token[] {
    const tokens: Token[] = [];
    for (;;) {
      this.#match(SPACE);
      if (this.#at >= this.#text.length) break;
      tokens.push(this.#next());
    }
    tokens.push({ type: 'end', position: this.#text.length, length: 0 });
    return tokens;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at += match[0].length;
    return match;
  }

  #fail(code: FilterErrorCode, span: Span, message: string, options: readonly string[] = []): never {
    throw new FilterSyntaxError({ code, text: this.#text, message, options, ...span });
  }

  #next(): Token {
    const position = this.#at;
    const character = this.#text.charAt(position);
    if (character === "'" || character === '"') {
      const pattern = this.#quoted();
      return { type: 'string', pattern, position, length: this.#at - position };
    }
    if (character === '/') return this.#regexp();
    const number = this.#match(NUMBER);
    if (number !== null) return this.#number(position, number[0]);
    const name = readName(this.#text, position);
    if (name !== '') return this.#word(position, name);
    return this.#symbol(position);
  }

  #quoted(): string {
    const read = readQuoted(this.#text, this.#at);
    if (!('fault' in read)) {
      this.#at += read.length;
      return read.pattern;
    }
    const { fault, position, length } = read;
    if (fault === 'unterminated') {
      const mark = this.#text.charAt(position);
      this.#fail(
        'ERR_TRACEBUF_FILTER_SYNTAX',
        { position, length },
        `The string has no end: close it with ${mark}`,
        [mark],
      );
    }
    const found = this.#text.slice(position, position + length);
    this.#fail(
      'ERR_TRACEBUF_FILTER_SYNTAX',
      { position, length },
      `Unknown escape ${quote(found)} in a string: write \\\\ for a backslash`,
      [`\\${found}`],
    );
  }

  #regexp(): Token {
    const position = this.#at;
    let inClass = false;
    for (let at = position + 1; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === '\\') at++;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
      else if (character === '/' && !inClass) {
        this.#at = at + 1;
        const flags = readSuffix(this.#text, this.#at);
        this.#at += flags.length;
        const wrong = Array.from(flags).find(
          (flag, index) => !'imsu'.includes(flag) || flags.indexOf(flag) < index,
        );
        if (wrong !== undefined) {
          const span = { position: at + 1, length: flags.length };
          const message = `Unknown or repeated flag ${quote(wrong)} of a regular expression: use i, m, s or u, each once`;
          this.#fail('ERR_TRACEBUF_FILTER_REGEXP', span, message, ['i', 'm', 's', 'u']);
        }
        const source = this.#text.slice(position + 1, at);
        return { type: 'regexp', source, flags, position, length: this.#at - position };
      }
    }
    const span = { position, length: this.#text.length - position };
    this.#fail('ERR_TRACEBUF_FILTER_SYNTAX', span, 'The regular expression has no end: close it with /', [
      '/',
    ]);
  }

  #number(position: number, digits: string): Token {
    const suffix = readSuffix(this.#text, this.#at);
    this.#at += suffix.length;
    const unit = suffix === '' ? undefined : parseUnit(suffix);
    const length = this.#at - position;
    if (suffix !== '' && unit === undefined) {
      const span = { position: position + digits.length, length: suffix.length };
      const message = `Unknown unit ${quote(suffix)} after the number ${digits}: use one of ${UNIT_NAMES.join(', ')}, or quote a text`;
      this.#fail('ERR_TRACEBUF_FILTER_VALUE', span, message, rankWords(suffix, UNIT_NAMES));
    }
    // Number() knows no sign before a hexadecimal number.
    const value = digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits);
    if (!Number.isFinite(value)) {
      const message = `The number ${quote(digits)} is too large: at most ${Number.MAX_VALUE}`;
      this.#fail('ERR_TRACEBUF_FILTER_VALUE', { position, length }, message);
    }
    return { type: 'number', value, unit, position, length };
  }

  #word(position: number, name: string): Token {
    const keyword = name.toLowerCase();
    // `in[1, 2]` is an operator and its list, not an element of a field.
    if (KEYWORDS.has(keyword)) {
      return this.#take(position, { type: 'keyword', text: keyword as 'and', position, length: name.length });
    }
    this.#at += name.length;
    const path: PathSegment[] = [name];
    let exact = false;
    for (;;) {
      const segment = this.#text.charAt(this.#at) === '.' ? readSegment(this.#text, this.#at + 1) : '';
      const index = segment === '' ? this.#match(INDEX) : null;
      if (segment !== '') {
        this.#at += segment.length + 1;
        path.push(segment);
      } else if (index !== null) path.push(Number(index[1]));
      else if (/^\.["']/.test(this.#text.slice(this.#at, this.#at + 2))) {
        this.#at++;
        path.push(unescapeLike(this.#quoted()));
        exact = true;
      } else if (/^\[["']/.test(this.#text.slice(this.#at, this.#at + 2))) {
        this.#at++;
        path.push(unescapeLike(this.#quoted()));
        exact = true;
        if (this.#text.charAt(this.#at) !== ']') {
          const span = { position: this.#at, length: Math.min(1, this.#text.length - this.#at) };
          this.#fail(
            'ERR_TRACEBUF_FILTER_SYNTAX',
            span,
            'A quoted segment of a field must be closed with ]',
            [']'],
          );
        }
        this.#at++;
      } else break;
    }
    const length = this.#at - position;
    if (path.length > FILTER_LIMITS.pathSegments) {
      const message = `The field has ${path.length} segments, and at most ${FILTER_LIMITS.pathSegments} are allowed`;
      this.#fail('ERR_TRACEBUF_FILTER_LIMIT', { position, length }, message);
    }
    return { type: 'path', path, exact, position, length };
  }

  #symbol(position: number): Token {
    const text = this.#text;
    const character = text.charAt(position);
    for (const pair of ['&&', '||'] as const) {
      if (text.startsWith(pair, position)) return this.#take(position, { type: pair, position, length: 2 });
    }
    const operator = OPERATORS.find((each) => text.startsWith(each, position)) ?? character;
    const meant = Object.hasOwn(FOREIGN, operator) ? FOREIGN[operator] : undefined;
    if (meant !== undefined) {
      const span = { position, length: operator.length };
      const message = `Unknown operator ${quote(operator)}: did you mean ${meant} ?`;
      this.#fail('ERR_TRACEBUF_FILTER_OPERATOR', span, message, [meant]);
    }
    if (OPERATORS.includes(operator)) {
      const length = operator.length;
      return this.#take(position, {
        type: 'operator',
        text: operator === '=' ? '==' : operator,
        position,
        length,
      });
    }
    if ('()[],!'.includes(character)) {
      return this.#take(position, { type: character as '(', position, length: 1 });
    }
    const length = (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
    const found = quote(text.slice(position, position + length));
    const message = `Unexpected ${found}: quote the text that it belongs to, as in '10:15'`;
    this.#fail('ERR_TRACEBUF_FILTER_SYNTAX', { position, length }, message);
  }

  #take(position: number, token: Token): Token {
    this.#at = position + token.length;
    return token;
  }
}
