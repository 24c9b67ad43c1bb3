/** A stretch of the filter text, in UTF-16 code units. */
export interface Span {
  /** Where it starts, counted from 0. */
  readonly position: number;
  /** How long it is. */
  readonly length: number;
}

/** One step of a field path: a key of an object, or an index of an array. */
export type PathSegment = string | number;

/** A field as the filter names it, such as `level`, `req.url` or `tags[0]`. */
export interface FieldReference extends Span {
  /** The segments in order; the first is always a name. */
  readonly path: readonly PathSegment[];
  /**
   * Whether a segment was quoted. An unquoted `http.method` also means one key that is spelt `http.method`, as
   * OpenTelemetry's attributes are; a quoted path means exactly the segments it shows.
   */
  readonly exact: boolean;
}

/** Units of time that may follow a number. */
export type TimeUnit = 'ns' | 'us' | 'ms' | 's' | 'm' | 'h' | 'd';

/** Text: `==` takes `pattern` (LIKE), the ordering operators take `value`. */
export interface StringLiteral extends Span {
  readonly type: 'string';
  /** The text itself, in which `%` and `_` are ordinary characters. */
  readonly value: string;
  /** The LIKE pattern: `%` any run, `_` one character, and `\` before `%`, `_` or `\` makes it ordinary. */
  readonly pattern: string;
}

/** A number without a unit. */
export interface NumberLiteral extends Span {
  readonly type: 'number';
  readonly value: number;
}

/** A number with a unit; it is converted to the unit of the field it is compared with. */
export interface DurationLiteral extends Span {
  readonly type: 'duration';
  readonly value: number;
  readonly unit: TimeUnit;
}

/** A point in time. */
export interface TimeLiteral extends Span {
  readonly type: 'time';
  /** Whole microseconds since 1970-01-01T00:00:00Z, resolved when the filter was parsed. */
  readonly value: number;
  /** As it was written, such as `10:15` or `-5m`. */
  readonly text: string;
}

/** A level by its name. */
export interface LevelLiteral extends Span {
  readonly type: 'level';
  /** Severity on pino's scale. */
  readonly value: number;
  /** As it was written. */
  readonly text: string;
}

/** `true` or `false`. */
export interface BooleanLiteral extends Span {
  readonly type: 'boolean';
  readonly value: boolean;
}

/** `null`: what an absent field equals. */
export interface NullLiteral extends Span {
  readonly type: 'null';
}

/** A regular expression in RE2's syntax. */
export interface RegexpLiteral extends Span {
  readonly type: 'regexp';
  /** What stood between the slashes. */
  readonly source: string;
  /** Any of `i`, `m`, `s`, `u`, each at most once. */
  readonly flags: string;
}

/** Anything a field may be compared with. */
export type Literal =
  | StringLiteral
  | NumberLiteral
  | DurationLiteral
  | TimeLiteral
  | LevelLiteral
  | BooleanLiteral
  | NullLiteral
  | RegexpLiteral;

/** The operators, in their one spelling. */
export type Operator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | '!~' | 'in' | 'not in';

/** `field operator value`; a literal that stood left has been turned round. */
export interface Comparison extends Span {
  readonly type: 'comparison';
  readonly field: FieldReference;
  readonly operator: Operator;
  /** One literal; with `in` and `not in` one or more. */
  readonly values: readonly Literal[];
}

/** All of the operands hold (`and`), or at least one (`or`). */
export interface Junction extends Span {
  readonly type: 'and' | 'or';
  /** Two or more. */
  readonly operands: readonly Expression[];
}

/** The operand does not hold. */
export interface Negation extends Span {
  readonly type: 'not';
  readonly operand: Expression;
}

/** A node of the syntax tree. */
export type Expression = Comparison | Junction | Negation;

/** A parsed filter: plain data, which may be cloned and sent to another thread. */
export interface Filter {
  /** The text it was parsed from. */
  readonly text: string;
  /** The syntax tree; `undefined` where the text was empty, which lets every record pass. */
  readonly root: Expression | undefined;
}
