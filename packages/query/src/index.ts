/** The filter language of Tracebuf: parse, correct, evaluate on a record, compile to SQL. */
export type {
  BooleanLiteral,
  Comparison,
  DurationLiteral,
  Expression,
  FieldReference,
  Filter,
  Junction,
  LevelLiteral,
  Literal,
  Negation,
  NullLiteral,
  NumberLiteral,
  Operator,
  PathSegment,
  RegexpLiteral,
  Span,
  StringLiteral,
  TimeLiteral,
  TimeUnit,
} from './ast.ts';
export {
  createCatalog,
  type ElementList,
  type FieldCatalog,
  type FieldDefinition,
  type FieldSource,
  type FieldType,
  fieldName,
  formatPath,
  jsonField,
  type OpenFields,
  operatorsOf,
} from './catalog.ts';
export { type CheckOptions, type Correction, checkFilter, filterFields } from './check.ts';
export { type Completion, type CompletionOptions, type Completions, completions } from './complete.ts';
export { fieldValues } from './element-fields.ts';
export { type Expectation, type FilterErrorCode, type FilterErrorInit, FilterSyntaxError } from './errors.ts';
export { formatExpression, formatFilter } from './format.ts';
export type { SqlValue } from './fragment.ts';
export { fieldsToJson } from './json.ts';
export { FILTER_LIMITS } from './limits.ts';
export { type ParseOptions, parseFilter } from './parser.ts';
export { compilePredicate } from './predicate.ts';
export { type CountedOption, rankOptions } from './rank.ts';
export { argumentList, createRecordCatalog, recordCatalog } from './record-catalog.ts';
export { regexpMatches } from './regexp.ts';
export { type CompiledSql, compileSql, type SqlSchema } from './sql.ts';
export {
  registerSqlFunctions,
  type SqlArgument,
  type SqlFunctionHost,
  sqlFunctions,
} from './sql-functions.ts';
export {
  type DataStatistics,
  type FieldStatistics,
  type GatherOptions,
  gatherStatistics,
} from './statistics.ts';
export { parseTime, type TimeContext } from './time.ts';
