import type { Comparison, Expression, Filter, Literal, Span } from './ast.ts';
import { type FieldCatalog, type FieldDefinition, fieldName } from './catalog.ts';
import { quote } from './errors.ts';
import { compileLike, escapeLike } from './like.ts';
import { type CountedOption, rankOptions } from './rank.ts';
import { recordCatalog } from './record-catalog.ts';
import { compileRegexp } from './regexp.ts';
import type { DataStatistics, FieldStatistics } from './statistics.ts';
import { printQuoted } from './strings.ts';
import { literalNumber } from './values.ts';

/** A part of a filter that can match nothing in the data, and what would. */
export interface Correction extends Span {
  readonly kind: 'unknown-field' | 'no-match';
  /** What is wrong, in one line. */
  readonly message: string;
  /** The field, as filters spell it. */
  readonly field: string;
  /** What could stand in the place of the span, best first, as it would be written; with how often it occurs. */
  readonly options: readonly CountedOption[];
  /** How many options there are beyond those listed. */
  readonly more: number;
}

/** How {@link checkFilter} works. */
export interface CheckOptions {
  /** The fields; default those of `TraceRecord`. */
  readonly catalog?: FieldCatalog<never>;
  /** Most options of one correction; default 10. */
  readonly maxOptions?: number;
}

/**
 * Compares a filter with what occurs in the data, and tells what can match nothing. The filter remains usable: what
 * does not occur yet may occur later.
 *
 * @param filter A parsed filter.
 * @param statistics What occurs; fields that it does not list are not judged, unless it is complete.
 * @param options The catalog, and how many options to list.
 * @returns What can match nothing, in the order of the filter; empty where everything can match.
 */
export function checkFilter(
  filter: Filter,
  statistics: DataStatistics,
  options: CheckOptions = {},
): Correction[] {
  const checker = new Checker(statistics, options);
  if (filter.root !== undefined) checker.visit(filter.root);
  return checker.corrections;
}

/**
 * The fields that a filter names, each once, as filters spell them: those of which to gather statistics.
 *
 * @param filter A parsed filter.
 */
export function filterFields(filter: Filter): string[] {
  const names = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.type === 'comparison') names.add(fieldName(node.field));
    else if (node.type === 'not') visit(node.operand);
    else for (const operand of node.operands) visit(operand);
  };
  if (filter.root !== undefined) visit(filter.root);
  return [...names];
}

class Checker {
  readonly corrections: Correction[] = [];
  readonly #statistics: DataStatistics;
  readonly #catalog: FieldCatalog<never>;
  readonly #limit: number;

  constructor(statistics: DataStatistics, { catalog, maxOptions = 10 }: CheckOptions) {
    this.#statistics = statistics;
    this.#catalog = catalog ?? recordCatalog;
    this.#limit = maxOptions;
  }

  visit(node: Expression): void {
    if (node.type === 'comparison') this.#comparison(node);
    else if (node.type === 'not') this.visit(node.operand);
    else for (const operand of node.operands) this.visit(operand);
  }

  #report(
    kind: Correction['kind'],
    span: Span,
    field: string,
    message: string,
    ranked: readonly CountedOption[],
  ): void {
    this.corrections.push({
      kind,
      position: span.position,
      length: span.length,
      field,
      message,
      options: ranked.slice(0, this.#limit),
      more: Math.max(0, ranked.length - this.#limit),
    });
  }

  #comparison(node: Comparison): void {
    const name = fieldName(node.field);
    const statistics = this.#statistics.fields.get(name);
    if (statistics === undefined || statistics.count === 0) {
      const isKnown = statistics !== undefined || this.#statistics.complete === true;
      // The question whether a field is absent has an answer where it always is.
      if (isKnown && !node.values.some(({ type }) => type === 'null')) this.#unknownField(node, name);
      return;
    }
    const field = this.#catalog.resolve(node.field.path, node.field.exact);
    if (field === undefined) return;
    for (const literal of node.values) this.#value(node, name, field, literal, statistics);
  }

  #unknownField(node: Comparison, name: string): void {
    const options = new Map(this.#catalog.fields.map((field) => [field.name, 0]));
    for (const [text, { count }] of this.#statistics.fields) if (count > 0) options.set(text, count);
    options.delete(name);
    const ranked = rankOptions(
      name,
      Array.from(options, ([text, count]) => ({ text, count })),
    );
    this.#report('unknown-field', node.field, name, `No record has a field ${quote(name)}`, ranked);
  }

  #value(
    node: Comparison,
    name: string,
    field: FieldDefinition<never>,
    literal: Literal,
    statistics: FieldStatistics,
  ): void {
    const number = literalNumber(literal, field);
    if (number !== undefined) this.#number(node, name, field, literal, number, statistics);
    else if (literal.type === 'string') {
      if (!['==', '!=', 'in', 'not in'].includes(node.operator)) return;
      const typed = literal.value.replace(/^[%_]+|[%_]+$/g, '');
      this.#texts(name, literal, typed, compileLike(literal.pattern), statistics);
    } else if (literal.type === 'regexp') {
      this.#texts(name, literal, '', compileRegexp(literal.source, literal.flags), statistics);
    }
  }

  #texts(
    name: string,
    literal: Literal & { type: 'string' | 'regexp' },
    typed: string,
    test: (text: string) => boolean,
    { texts, truncated = false, min, max }: FieldStatistics,
  ): void {
    if (truncated) return;
    for (const text of texts.keys()) if (test(text.toWellFormed())) return;
    // A regular expression stays one: what it could have found is escaped for it.
    const print = (text: string): string =>
      literal.type === 'regexp'
        ? `/${text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}/`
        : printQuoted(escapeLike(text));
    const ranked = rankOptions(
      typed,
      Array.from(texts, ([text, count]) => ({ text, count })),
    ).map(({ text, count }) => ({ text: print(text), count }));
    const numbers =
      min !== undefined && texts.size === 0 ? `; its values are numbers, from ${min} to ${max}` : '';
    const what = literal.type === 'regexp' ? `/${literal.source}/` : literal.value;
    this.#report('no-match', literal, name, `No ${name} matches ${quote(what)}${numbers}`, ranked);
  }

  #number(
    node: Comparison,
    name: string,
    field: FieldDefinition<never>,
    literal: Literal,
    number: number,
    { min, max, texts }: FieldStatistics,
  ): void {
    if (min === undefined || max === undefined) {
      if (texts.size === 0) return;
      const ranked = rankOptions(
        '',
        Array.from(texts, ([text, count]) => ({ text: printQuoted(escapeLike(text)), count })),
      );
      this.#report('no-match', literal, name, `${name} has no numbers, only strings`, ranked);
      return;
    }
    const outside: Partial<Record<Comparison['operator'], boolean>> = {
      '==': number < min || number > max,
      in: number < min || number > max,
      '<': min >= number,
      '<=': min > number,
      '>': max <= number,
      '>=': max < number,
    };
    if (outside[node.operator] !== true) return;
    const show = (value: number): string => {
      const date = new Date(value / 1000);
      return field.type === 'time' && !Number.isNaN(date.getTime()) ? date.toISOString() : String(value);
    };
    const unit = field.type === 'duration' ? ` ${field.unit ?? 'ns'}` : '';
    // The names of levels are few: show them all.
    const ranked =
      field.type === 'level'
        ? rankOptions(
            '',
            Array.from(texts, ([text, count]) => ({ text, count })),
          )
        : [];
    const message = `No ${name} can match: values go from ${show(min)} to ${show(max)}${unit}`;
    this.#report('no-match', literal, name, message, ranked);
  }
}
