import { createRequire } from 'node:module';
import type { ZodMiniType } from 'zod/mini';
import { InvalidRecordError } from './errors.ts';
import { Level, parseLevel } from './level.ts';
import type { TraceRecord } from './record.ts';

/** Microseconds since 1970, as `isoTime` writes them. */
const TIME = /^([+-]\d{6}|\d{4})(-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z$/;
const MICROSECONDS_PER_MILLISECOND = 1000;

/** {@link recordToJson}, as it is read. */
type RecordJson = Omit<TraceRecord, 'time' | 'severity' | 'shared'> & { readonly time: string };

/**
 * Reads a record that {@link recordToJson} has written. Untrusted. A level that has another name than those of `Level`, and is no
 * number, counts as `info`: the name does not tell.
 *
 * @param value What `JSON.parse` has made of the text.
 * @throws InvalidRecordError where it is none; its message names the key.
 */
export function recordFromJson(value: unknown): TraceRecord {
  const checked = schema().safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw new InvalidRecordError(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not understood'}`);
  }
  const { time, process, pid, thread, buffer, seq, level, kind, message, ...rest } = checked.data;
  const { traceId, spanId, count } = rest;
  // As they are: a check that copies them would lose a key such as `__proto__`.
  const { fields } = value as RecordJson;
  return {
    time: microsecondsOf(time),
    process,
    pid,
    thread,
    buffer,
    seq,
    level,
    severity: parseLevel(level) ?? Level.info,
    kind,
    message,
    ...(fields === undefined ? {} : { fields }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(spanId === undefined ? {} : { spanId }),
    ...(count === undefined ? {} : { count }),
  };
}

function microsecondsOf(text: string): number {
  const [, year, rest, fraction] = TIME.exec(text) ?? [];
  const milliseconds = Date.parse(`${year}${rest}Z`);
  const time = milliseconds * MICROSECONDS_PER_MILLISECOND + Number(fraction);
  // What can't be told to the microsecond any more is no time of a record.
  if (Number.isSafeInteger(time)) return time;
  throw new InvalidRecordError(
    `time: ${JSON.stringify(text.slice(0, 40))} is no time such as 2026-01-02T03:04:05.123456Z`,
  );
}

let built: ZodMiniType<RecordJson> | undefined;

/** Built when first needed: zod takes longer to load than all the rest of this package. */
function schema(): ZodMiniType<RecordJson> {
  if (built !== undefined) return built;
  const z = createRequire(import.meta.url)('zod/mini') as typeof import('zod/mini');
  const count = () => z.int().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));
  const text = () => z.string();
  built = z.object({
    time: text(),
    process: text(),
    pid: count(),
    thread: count(),
    buffer: text(),
    seq: count(),
    level: text(),
    kind: text(),
    message: text(),
    fields: z.optional(z.looseObject({})),
    traceId: z.optional(text().check(z.regex(/^[\da-f]{32}$/))),
    spanId: z.optional(text().check(z.regex(/^[\da-f]{16}$/))),
    count: z.optional(count()),
  }) as unknown as ZodMiniType<RecordJson>;
  return built;
}
