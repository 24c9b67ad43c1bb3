import { type Answer, AUDIT_BUFFER, HTTP_BUFFER } from './answer.ts';

/** A record, as far as the verdict looks at it; one line of `show trace --json`. */
interface ShownRecord {
  readonly buffer: string;
  readonly level: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** One kind of record: what must be there, and what is. */
export interface Finding {
  /** What the records are about. */
  readonly what: string;
  /** Answers that vouch for such a record. */
  readonly answered: number;
  /** Of these, records that are there. */
  readonly found: number;
  /** Of these, records that newer ones have overwritten. */
  readonly overwritten: number;
  /** The numbers of the others: lost. */
  readonly missing: readonly number[];
  /** Records of which no answer could tell any more. */
  readonly unanswered: number;
}

/**
 * Compares what was answered with what is in the buffers.
 *
 * @param json What `show trace --json` printed.
 */
export function findingsOf(answers: readonly Answer[], json: string): Finding[] {
  const records = json
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ShownRecord);
  const http = records.filter(({ buffer }) => buffer === HTTP_BUFFER);
  const audit = records.filter(({ buffer }) => buffer === AUDIT_BUFFER);
  return [
    finding(
      'requests, logged through pino',
      answers.map(({ request }) => request),
      numbers(
        http.filter(({ level }) => level === 'info'),
        'request',
      ),
    ),
    finding(
      'orders, logged through winston',
      answers.map(({ audit }) => audit),
      numbers(audit, 'audit'),
    ),
    finding(
      'errors, logged through pino',
      answers.flatMap(({ failure }) => failure ?? []),
      numbers(
        http.filter(({ level }) => level === 'error'),
        'failure',
      ),
    ),
  ];
}

function numbers(records: readonly ShownRecord[], field: string): Set<number> {
  return new Set(records.map(({ fields }) => fields?.[field]).filter((value) => typeof value === 'number'));
}

/** The service counts up as it logs, so what was overwritten is what lies below the least number that is there. */
function finding(what: string, answered: readonly number[], there: ReadonlySet<number>): Finding {
  const oldest = Math.min(...there);
  const known = new Set(answered);
  const absent = answered.filter((number) => !there.has(number));
  const missing = absent.filter((number) => number > oldest || there.size === 0);
  return {
    what,
    answered: answered.length,
    found: answered.length - absent.length,
    overwritten: absent.length - missing.length,
    missing,
    unanswered: [...there].filter((number) => !known.has(number)).length,
  };
}
