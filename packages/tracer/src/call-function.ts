/** What is said of a traced function once, beside the ring: the value of a definition of type `call-function`. */
export interface FunctionDefinition {
  /** As people call it: `fib`, `Class#method`, `Class.method`, `new Class`, `get Class#x`. */
  readonly name: string;
  /** How it is called and how it ends. */
  readonly kind: FunctionKind;
  /** Path of its file; empty where it is not known. */
  readonly module: string;
  /** Where it stands in the file, from 1; 0 where it is not known. */
  readonly line: number;
  /** See {@link FunctionDefinition.line}. */
  readonly column: number;
  /** Names of its parameters; a last one that takes the rest starts with `...`. */
  readonly parameters: readonly string[];
}

/** See {@link FunctionDefinition.kind}. */
export type FunctionKind = 'function' | 'class' | 'async' | 'generator' | 'async generator';

/** A traced function, as the recorder knows it. */
export interface TracedFunction {
  /** Id of its definition. */
  readonly id: number;
  /** `CallBit`s of its records, where the layout has them. */
  readonly bits: number;
  /** Of the arguments that are passed so many count: the others the function can't see. */
  readonly declared: number;
  /** Of these, so many are kept at most. */
  readonly kept: number;
  /** Bit *i* says that argument *i* is not to be shown. */
  readonly redacted: number;
}

const KINDS: readonly string[] = ['function', 'class', 'async', 'generator', 'async generator'];

/**
 * Checks a definition that was read from beside a ring: untrusted.
 *
 * @returns `undefined` where it is none.
 */
export function readFunctionDefinition(value: unknown): FunctionDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, kind, module, line, column, parameters } = value as Partial<Record<string, unknown>>;
  if (typeof name !== 'string') return undefined;
  return {
    name,
    kind: KINDS.includes(kind as string) ? (kind as FunctionKind) : 'function',
    module: typeof module === 'string' ? module : '',
    line: countOf(line),
    column: countOf(column),
    parameters: Array.isArray(parameters)
      ? parameters.filter((parameter): parameter is string => typeof parameter === 'string')
      : [],
  };
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
