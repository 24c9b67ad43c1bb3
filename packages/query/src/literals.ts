import { Level, parseLevel } from '@tracebuf/ring';
import type { Literal, Operator, Span } from './ast.ts';
import { type FieldDefinition, fieldName } from './catalog.ts';
import { type FilterErrorCode, FilterSyntaxError, quote } from './errors.ts';
import { hasWildcard, unescapeLike } from './like.ts';
import { FILTER_LIMITS } from './limits.ts';
import { rankWords } from './rank.ts';
import { compileRegexp, RegexpFault } from './regexp.ts';
import { printQuoted } from './strings.ts';
import { parseTime, TIME_FORMATS, type TimeContext } from './time.ts';
import type { Token } from './tokens.ts';

/** What the meaning of a literal depends on. */
export interface LiteralContext extends TimeContext {
  /** The whole filter, for messages. */
  readonly text: string;
  /** Severities of levels that are not standard, by name in small letters. */
  readonly levels: ReadonlyMap<string, number>;
}

/**
 * Gives a literal the meaning that the field asks for, or says what would have one.
 *
 * @param field The field it is compared with.
 * @param name The field as the filter names it.
 * @param operator The operator of the comparison.
 * @param token The literal as written.
 * @param context What its meaning depends on.
 * @throws FilterSyntaxError where the field or the operator does not take such a literal.
 */
export function toLiteral(
  field: FieldDefinition<never>,
  name: string,
  operator: Operator,
  token: Token,
  context: LiteralContext,
): Literal {
  return new LiteralReader(field, name, operator, context).read(token);
}

/** The names of all levels that the context knows. */
export function levelNames(context: Pick<LiteralContext, 'levels'>): string[] {
  return [...new Set([...Object.keys(Level), ...context.levels.keys()])];
}

/**
 * Reads the name or number of a level.
 *
 * @param text As written.
 * @param context Which names there are besides the standard ones; they go first.
 */
export function readLevel(text: string, context: Pick<LiteralContext, 'levels'>): number | undefined {
  return context.levels.get(text.trim().toLowerCase()) ?? parseLevel(text);
}

class LiteralReader {
  readonly #field: FieldDefinition<never>;
  readonly #name: string;
  readonly #operator: Operator;
  readonly #context: LiteralContext;

  constructor(field: FieldDefinition<never>, name: string, operator: Operator, context: LiteralContext) {
    this.#field = field;
    this.#name = name;
    this.#operator = operator;
    this.#context = context;
  }

  read(token: Token): Literal {
    const isMatch = this.#operator === '=~' || this.#operator === '!~';
    if (isMatch && token.type !== 'regexp') this.#failNoRegexp(token);
    const span = { position: token.position, length: token.length };
    if (token.type === 'regexp') return this.#regexp(token, isMatch);
    if (token.type === 'string') return this.#string(token);
    if (token.type === 'number') return this.#number(token);
    if (token.type === 'path') return this.#word(token);
    if (token.type === 'keyword' && (token.text === 'true' || token.text === 'false')) {
      return this.#onlyEquality(token, { type: 'boolean', value: token.text === 'true', ...span });
    }
    if (token.type === 'keyword' && token.text === 'null') {
      return this.#onlyEquality(token, { type: 'null', ...span });
    }
    return this.#failNoValue(token);
  }

  #fail(
    token: Span,
    message: string,
    options: readonly string[] = [],
    code: FilterErrorCode = 'ERR_TRACEBUF_FILTER_VALUE',
  ): never {
    throw new FilterSyntaxError({
      code,
      message,
      options,
      text: this.#context.text,
      position: token.position,
      length: token.length,
      expected: code === 'ERR_TRACEBUF_FILTER_OPERATOR' ? 'operator' : 'value',
      field: this.#name,
    });
  }

  #found(token: Span): string {
    const text = this.#context.text.slice(token.position, token.position + token.length);
    return text === '' ? 'the end of the filter' : quote(text);
  }

  #failNoValue(token: Token): never {
    this.#fail(
      token,
      `A value is missing after ${this.#name} ${this.#operator}, found ${this.#found(token)}: ${this.#hint()}`,
      this.#suggestions(),
      'ERR_TRACEBUF_FILTER_SYNTAX',
    );
  }

  #failNoRegexp(token: Token): never {
    if (token.type === 'end') this.#failNoValue(token);
    const source = token.type === 'string' ? unescapeLike(token.pattern).replaceAll('/', '\\/') : 'pattern';
    const message = `${this.#operator} takes a regular expression between slashes, found ${this.#found(token)}`;
    this.#fail(token, message, [`/${source}/`]);
  }

  /** What the field takes, in words. */
  #hint(): string {
    switch (this.#field.type) {
      case 'string':
        return "write a string such as 'text%'";
      case 'number':
        return 'write a number';
      case 'duration':
        return 'write a number with a unit, such as 10ms';
      case 'time':
        return `write a time such as ${TIME_FORMATS.join(', ')}`;
      case 'level':
        return `write a level such as ${levelNames(this.#context).join(', ')}`;
      case 'json':
        return "write a string, a number, true, false or null; strings need quotes, as in 'text'";
    }
  }

  #suggestions(): string[] {
    if (this.#operator === '=~' || this.#operator === '!~') return ['/pattern/'];
    if (this.#field.type === 'level') return levelNames(this.#context);
    return this.#field.type === 'time' ? [...TIME_FORMATS] : [];
  }

  #onlyEquality(token: Span, literal: Literal): Literal {
    const allowed = ['==', '!=', 'in', 'not in'];
    if (literal.type !== 'null' && this.#field.type !== 'json') {
      this.#fail(
        token,
        `${this.#name} can't be compared with ${this.#found(token)}: ${this.#hint()}`,
        this.#suggestions(),
      );
    }
    if (!allowed.includes(this.#operator)) {
      const message = `${this.#operator} can't order ${this.#found(token)}: use ${allowed.slice(0, 2).join(' or ')}`;
      this.#fail(token, message, allowed, 'ERR_TRACEBUF_FILTER_OPERATOR');
    }
    return literal;
  }

  #regexp(token: Token & { type: 'regexp' }, isMatch: boolean): Literal {
    if (!isMatch) {
      const wanted = this.#operator === '!=' || this.#operator === 'not in' ? '!~' : '=~';
      const message = `${this.#operator} does not take a regular expression: use ${wanted}, or a string in quotes`;
      this.#fail(token, message, [wanted], 'ERR_TRACEBUF_FILTER_OPERATOR');
    }
    const { source, flags, position, length } = token;
    try {
      compileRegexp(source, flags);
    } catch (error) {
      if (!(error instanceof RegexpFault)) throw error;
      throw new FilterSyntaxError({
        code: error.limit ? 'ERR_TRACEBUF_FILTER_LIMIT' : 'ERR_TRACEBUF_FILTER_REGEXP',
        message: `The regular expression ${this.#found(token)} can't be used: ${error.message}`,
        text: this.#context.text,
        position: position + 1 + error.position,
        length: error.length,
        expected: 'value',
        field: this.#name,
      });
    }
    return { type: 'regexp', source, flags, position, length };
  }

  #string(token: Token & { type: 'string' }): Literal {
    const { pattern, position, length } = token;
    const value = unescapeLike(pattern);
    const limit = hasWildcard(pattern) ? FILTER_LIMITS.patternLength : FILTER_LIMITS.stringLength;
    if (pattern.length > limit) {
      const message = `The string has ${pattern.length} characters, and at most ${limit} are allowed: match a part of it with %`;
      this.#fail(token, message, [], 'ERR_TRACEBUF_FILTER_LIMIT');
    }
    switch (this.#field.type) {
      case 'time': {
        const time = parseTime(value, this.#context);
        if (time === undefined)
          this.#fail(token, `${this.#found(token)} is no time: ${this.#hint()}`, TIME_FORMATS);
        return { type: 'time', value: time, text: value, position, length };
      }
      case 'number':
      case 'duration': {
        const digits = /^\s*(-?\d+(?:\.\d+)?(?:[nuµm]?s)?)\s*$/.exec(value)?.[1];
        const message = `${this.#name} is a number, and ${this.#found(token)} is a string: ${this.#hint()}`;
        return this.#fail(token, message, digits === undefined ? [] : [digits]);
      }
      case 'level': {
        const level = readLevel(value, this.#context);
        if (level !== undefined) return { type: 'level', value: level, text: value, position, length };
        // A buffer may name levels of its own; as text they can be matched, but only a severity can be ordered.
        if (['==', '!=', 'in', 'not in'].includes(this.#operator)) break;
        return this.#fail(
          token,
          `Unknown level ${this.#found(token)}: ${this.#hint()}, or a number`,
          rankWords(value, levelNames(this.#context)),
        );
      }
      case 'string':
      case 'json':
        break;
    }
    return { type: 'string', value, pattern, position, length };
  }

  #number(token: Token & { type: 'number' }): Literal {
    const { value, unit, position, length } = token;
    const { type } = this.#field;
    const written = this.#context.text.slice(position, position + length);
    if (type === 'string') {
      const message = `${this.#name} is a string, and ${this.#found(token)} is a number: put it in quotes`;
      this.#fail(token, message, [printQuoted(written)]);
    }
    if (type === 'time') {
      const time = unit === undefined || value > 0 ? undefined : parseTime(written, this.#context);
      if (time === undefined)
        this.#fail(token, `${this.#found(token)} is no time: ${this.#hint()}`, TIME_FORMATS);
      return { type: 'time', value: time, text: written, position, length };
    }
    if (unit === undefined) return { type: 'number', value, position, length };
    if (type === 'level' || (type === 'number' && this.#field.unit === undefined)) {
      const message = `${this.#name} has no unit, and ${this.#found(token)} has one: leave ${quote(unit)} out`;
      this.#fail(token, message, [String(value)]);
    }
    return { type: 'duration', value, unit, position, length };
  }

  #word(token: Token & { type: 'path' }): Literal {
    const { position, length } = token;
    const text = this.#context.text.slice(position, position + length);
    if (this.#field.type === 'level') {
      const value = readLevel(text, this.#context);
      if (value !== undefined) return { type: 'level', value, text, position, length };
      const ranked = rankWords(text, levelNames(this.#context));
      return this.#fail(token, `Unknown level ${quote(text)}: ${this.#hint()}, or a number`, ranked);
    }
    const quoted = `'${fieldName(token).replace(/[\\']/g, '\\$&')}'`;
    const options =
      this.#field.type === 'string' || this.#field.type === 'json' ? [quoted] : this.#suggestions();
    return this.#fail(token, `${quote(text)} is no value: ${this.#hint()}`, options);
  }
}
