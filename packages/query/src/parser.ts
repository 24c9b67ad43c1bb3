import type { Comparison, Expression, FieldReference, Filter, Junction, Literal, Operator } from './ast.ts';
import { type FieldCatalog, type FieldDefinition, fieldName, operatorsOf } from './catalog.ts';
import { type Expectation, type FilterErrorCode, FilterSyntaxError, quote } from './errors.ts';
import { FILTER_LIMITS } from './limits.ts';
import { type LiteralContext, readLevel, toLiteral } from './literals.ts';
import { rankWords } from './rank.ts';
import { recordCatalog } from './record-catalog.ts';
import { type Token, tokenize } from './tokens.ts';

/** How {@link parseFilter} understands names and times. */
export interface ParseOptions {
  /** The fields that may be named; default those of `TraceRecord`. */
  readonly catalog?: FieldCatalog<never>;
  /** The present in milliseconds since 1970, for `HH:MM`, `-5m` and `now`; default the clock. */
  readonly now?: number;
  /** Minutes east of UTC of times without a zone, −1440 to 1440; default the machine's zone with its summer time. */
  readonly zoneOffset?: number;
  /** Severities of levels besides the standard ones, by name; they go before standard ones of the same name. */
  readonly levels?: ReadonlyMap<string, number>;
}

/** How an operator reads when its two sides are exchanged. */
const TURNED: Readonly<Record<string, Operator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=~': '=~',
  '!~': '!~',
};

/**
 * Parses a filter.
 *
 * @param text The filter; empty or blank text lets every record pass. Lone surrogates count as U+FFFD.
 * @param options How names and times are understood.
 * @returns The syntax tree, plain data.
 * @throws FilterSyntaxError where the text is no filter; nothing else, whatever is given as text.
 */
export function parseFilter(text: string, options: ParseOptions = {}): Filter {
  if (typeof text !== 'string') {
    throw new FilterSyntaxError({
      code: 'ERR_TRACEBUF_FILTER_SYNTAX',
      message: `A filter is a string, and this is of type "${typeof text}": give one such as "level >= warn"`,
      text: '',
      position: 0,
      length: 0,
    });
  }
  if (text.length > FILTER_LIMITS.textLength) {
    throw new FilterSyntaxError({
      code: 'ERR_TRACEBUF_FILTER_LIMIT',
      message: `The filter has ${text.length} characters, and at most ${FILTER_LIMITS.textLength} are allowed: shorten it`,
      text: text.slice(0, FILTER_LIMITS.textLength + 1),
      position: FILTER_LIMITS.textLength,
      length: 1,
    });
  }
  // Neither SQLite nor a regular expression can be given half a character.
  const sound = text.toWellFormed();
  const levels = new Map<string, number>();
  for (const [name, severity] of options.levels ?? []) levels.set(name.trim().toLowerCase(), severity);
  return new Parser(options.catalog ?? recordCatalog, {
    text: sound,
    now: options.now ?? Date.now(),
    zoneOffset: options.zoneOffset,
    levels,
  }).parse();
}

/** Precedence climbing by hand: `or` binds least, then `and`, `not`, and the comparison. */
class Parser {
  readonly #catalog: FieldCatalog<never>;
  readonly #context: LiteralContext;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(catalog: FieldCatalog<never>, context: LiteralContext) {
    this.#catalog = catalog;
    this.#context = context;
    this.#tokens = tokenize(context.text);
  }

  parse(): Filter {
    const { text } = this.#context;
    if (this.#peek().type === 'end') return { text, root: undefined };
    const root = this.#junction('or');
    const rest = this.#peek();
    if (rest.type === ')') {
      this.#fail(rest, 'There is a ")" too many: remove it or open it before', { options: ['and', 'or'] });
    }
    if (rest.type !== 'end') this.#failConnective(rest);
    return { text, root };
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  #isKeyword(word: string, token: Token = this.#peek()): boolean {
    return token.type === 'keyword' && token.text === word;
  }

  #fail(
    token: Token,
    message: string,
    detail: {
      code?: FilterErrorCode;
      options?: readonly string[];
      expected?: Expectation;
      field?: string;
    } = {},
  ): never {
    throw new FilterSyntaxError({
      code: 'ERR_TRACEBUF_FILTER_SYNTAX',
      message,
      text: this.#context.text,
      position: token.position,
      length: token.length,
      ...detail,
    });
  }

  #found(token: Token): string {
    return token.type === 'end' ? 'the end of the filter' : quote(this.#source(token));
  }

  #source(token: Token): string {
    return this.#context.text.slice(token.position, token.position + token.length);
  }

  #failConnective(token: Token): never {
    const isChain = token.type === 'operator' || this.#isKeyword('in', token);
    const message = isChain
      ? `Comparisons can't be chained with ${this.#found(token)}: join two of them with and`
      : `Unexpected ${this.#found(token)} after a complete comparison: join comparisons with and, or`;
    this.#fail(token, message, {
      options: rankWords(isChain ? '' : this.#source(token), ['and', 'or']),
      expected: 'connective',
    });
  }

  #junction(type: 'and' | 'or'): Expression {
    const operand = (): Expression => (type === 'or' ? this.#junction('and') : this.#negation());
    const symbol = type === 'or' ? '||' : '&&';
    const first = operand();
    const operands = [first];
    while (this.#isKeyword(type) || this.#peek().type === symbol) {
      this.#at++;
      operands.push(operand());
    }
    if (operands.length === 1) return first;
    const { position } = first;
    const last = operands.at(-1) ?? first;
    return { type, operands, position, length: last.position + last.length - position } satisfies Junction;
  }

  #negation(): Expression {
    const token = this.#peek();
    const isNot = token.type === '!' || this.#isKeyword('not', token);
    if (!isNot && token.type !== '(') return this.#comparison();
    if (++this.#depth > FILTER_LIMITS.nesting) {
      const message = `The filter nests deeper than ${FILTER_LIMITS.nesting} levels of parentheses and not: simplify it`;
      this.#fail(token, message, { code: 'ERR_TRACEBUF_FILTER_LIMIT' });
    }
    this.#at++;
    const inner = isNot ? this.#negation() : this.#junction('or');
    this.#depth--;
    if (isNot) {
      const length = inner.position + inner.length - token.position;
      return { type: 'not', operand: inner, position: token.position, length };
    }
    const close = this.#peek();
    if (close.type !== ')') {
      if (close.type !== 'end') this.#failConnective(close);
      this.#fail(close, 'A ")" is missing at the end of the filter', {
        options: [')'],
        expected: 'connective',
      });
    }
    this.#at++;
    return inner;
  }

  #comparison(): Comparison {
    const left = this.#peek();
    if (left.type === 'path') {
      const next = this.#peek(1);
      const right = this.#peek(2);
      if (next.type === 'operator' && right.type === 'path' && this.#isLevelWord(left, right)) {
        return this.#turned(left, next, right);
      }
      return this.#fieldFirst(left);
    }
    const isLiteral =
      left.type === 'string' ||
      left.type === 'number' ||
      left.type === 'regexp' ||
      (left.type === 'keyword' && ['true', 'false', 'null'].includes(left.text));
    if (!isLiteral) {
      const names = this.#fieldNames();
      const options = left.type === 'keyword' ? names : rankWords(this.#source(left), names);
      this.#fail(left, `A field is missing, found ${this.#found(left)}: start a comparison with a field`, {
        options,
        expected: 'field',
      });
    }
    const operator = this.#peek(1);
    if (operator.type !== 'operator') {
      this.#fail(left, `A comparison can't be the value ${this.#found(left)} alone: start with a field`, {
        options: this.#fieldNames(),
        expected: 'field',
      });
    }
    const right = this.#peek(2);
    if (right.type !== 'path') {
      const message = `One side must be a field, found ${this.#found(right)}`;
      this.#fail(right, message, { options: this.#fieldNames(), expected: 'field' });
    }
    return this.#turned(left, operator, right);
  }

  #fieldNames(): string[] {
    return this.#catalog.fields.map(({ name }) => name);
  }

  /** Whether `left op right` is a bare level word and the level field, as in `warn <= level`. */
  #isLevelWord(left: Token & { type: 'path' }, right: Token & { type: 'path' }): boolean {
    const isLevel = (token: Token & { type: 'path' }): boolean =>
      this.#catalog.resolve(token.path, token.exact)?.type === 'level';
    return !isLevel(left) && isLevel(right) && readLevel(this.#source(left), this.#context) !== undefined;
  }

  #resolve(token: Token & { type: 'path' }): FieldDefinition<never> {
    const field = this.#catalog.resolve(token.path, token.exact);
    if (field !== undefined) return field;
    const options = rankWords(this.#source(token), this.#fieldNames());
    this.#fail(token, `Unknown field ${this.#found(token)}: use one of ${options.slice(0, 10).join(', ')}`, {
      code: 'ERR_TRACEBUF_FILTER_FIELD',
      options,
      expected: 'field',
    });
  }

  #turned(left: Token, operator: Token & { type: 'operator' }, right: Token & { type: 'path' }): Comparison {
    const field = this.#resolve(right);
    const turned = this.#checkOperator(TURNED[operator.text] as Operator, operator, field, right);
    this.#at += 3;
    return this.#build(left, right, right, turned, [this.#literal(field, right, turned, left)]);
  }

  #fieldFirst(left: Token & { type: 'path' }): Comparison {
    const field = this.#resolve(left);
    this.#at++;
    const token = this.#peek();
    let operator: Operator;
    if (this.#isKeyword('in', token)) operator = 'in';
    else if (this.#isKeyword('not', token) && this.#isKeyword('in', this.#peek(1))) {
      operator = 'not in';
      this.#at++;
    } else if (token.type === 'operator') operator = token.text as Operator;
    else this.#failOperator(token, field, left);
    this.#checkOperator(operator, token, field, left);
    this.#at++;
    if (operator === 'in' || operator === 'not in') return this.#list(left, field, operator);
    const value = this.#peek();
    if (value.type === '[') {
      const wanted = operator === '!=' ? 'not in' : 'in';
      const message = `${operator} does not take a list: use ${wanted}`;
      const code = 'ERR_TRACEBUF_FILTER_OPERATOR';
      this.#fail(value, message, { code, options: [wanted], expected: 'value', field: fieldName(left) });
    }
    const literal = this.#literal(field, left, operator, value);
    this.#at++;
    return this.#build(left, value, left, operator, [literal]);
  }

  #failOperator(token: Token, field: FieldDefinition<never>, name: Token & { type: 'path' }): never {
    const operators = operatorsOf(field.type);
    const shown = `${fieldName(name)} takes ${operators.join(' ')}`;
    const message = `An operator is missing after ${fieldName(name)}, found ${this.#found(token)}: ${shown}`;
    const options = rankWords(token.type === 'path' ? this.#source(token) : '', operators);
    this.#fail(token, message, { options, expected: 'operator', field: fieldName(name) });
  }

  #checkOperator(
    operator: Operator,
    token: Token,
    field: FieldDefinition<never>,
    name: Token & { type: 'path' },
  ): Operator {
    const operators = operatorsOf(field.type);
    if (operators.includes(operator)) return operator;
    this.#fail(token, `${fieldName(name)} does not take ${operator}: use one of ${operators.join(' ')}`, {
      code: 'ERR_TRACEBUF_FILTER_OPERATOR',
      options: operators,
      expected: 'operator',
      field: fieldName(name),
    });
  }

  #literal(
    field: FieldDefinition<never>,
    name: Token & { type: 'path' },
    operator: Operator,
    token: Token,
  ): Literal {
    if (++this.#values > FILTER_LIMITS.values) {
      const message = `The filter has more than ${FILTER_LIMITS.values} values: simplify it, with % or a regular expression`;
      this.#fail(token, message, { code: 'ERR_TRACEBUF_FILTER_LIMIT' });
    }
    return toLiteral(field, fieldName(name), operator, token, this.#context);
  }

  #list(left: Token & { type: 'path' }, field: FieldDefinition<never>, operator: Operator): Comparison {
    const open = this.#peek();
    const where = { expected: 'value', field: fieldName(left) } as const;
    if (open.type !== '[') {
      const message = `${operator} takes a list in brackets, found ${this.#found(open)}`;
      this.#fail(open, message, { options: ['['], ...where });
    }
    const values: Literal[] = [];
    let separator: Token;
    do {
      this.#at++;
      if (values.length >= FILTER_LIMITS.listItems) {
        const message = `The list has more than ${FILTER_LIMITS.listItems} items: match several with % or a regular expression`;
        this.#fail(this.#peek(), message, { code: 'ERR_TRACEBUF_FILTER_LIMIT', ...where });
      }
      values.push(this.#literal(field, left, operator, this.#peek()));
      this.#at++;
      separator = this.#peek();
    } while (separator.type === ',');
    if (separator.type !== ']') {
      const message = `The list goes on with , or ends with ], found ${this.#found(separator)}`;
      this.#fail(separator, message, { options: [',', ']'] });
    }
    this.#at++;
    return this.#build(left, separator, left, operator, values);
  }

  #build(
    first: Token,
    last: Token,
    name: Token & { type: 'path' },
    operator: Operator,
    values: readonly Literal[],
  ): Comparison {
    const { path, exact, position, length } = name;
    const field: FieldReference = { path, exact, position, length };
    const end = last.position + last.length;
    return {
      type: 'comparison',
      field,
      operator,
      values,
      position: first.position,
      length: end - first.position,
    };
  }
}
