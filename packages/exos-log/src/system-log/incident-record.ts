import {
  CUT_MARK,
  type Definitions,
  type RecordDecoder,
  RecordFlag,
  RecordKind,
  type RecordPayload,
  type TraceRecord,
} from '@tracebuf/ring';
import { readTexts } from '@tracebuf/ring/files';
import type { ComponentDefinition } from '../component.ts';
import type { ConditionDefinition } from '../condition.ts';
import { parseComponentDefinition } from '../configuration-schema.ts';
import { messageRenderer, parseMessageTemplate } from '../message-template.ts';
import type { ParameterType } from '../parameter-type.ts';
import { severityInfo } from '../severity.ts';
import type { IncidentDetail } from './incident-detail.ts';
import { fieldOfParameter, restoredIncident, sharedOf } from './restored-incident.ts';

/** Name of the trace buffer that the incidents of a process are in. */
export const SYSTEM_LOG_BUFFER = 'system-log';

/** Name of the trace buffer of a process in the directory that survives a restart of the machine. */
export const NVRAM_BUFFER = 'nvram';

/** Type of the definition of a component, beside the ring. */
export const COMPONENT_DEFINITION = 'component';

/**
 * The word of an incident's payload; its texts are the parameters.
 *
 * ```
 *    31        30          16 15           0
 *   ┌────────┬──────────────┬──────────────┐
 *   │ passed │  component   │  condition   │
 *   └────────┴──────────────┴──────────────┘
 * ```
 *
 * `component` is the id of its definition beside the ring, `condition` the condition's index there. `passed` is set
 * where the memory buffer did not take the incident, which is stored for other targets only.
 */
export const IncidentWord = {
  /** Bits of the condition's index. */
  CONDITION_BITS: 16,
  /** What of a component's id there is room for. */
  COMPONENT_MASK: 0x7fff,
  /** The memory buffer did not take it. */
  PASSED: -0x8000_0000,
} as const;

/** Most conditions of one component, and most components of one process. */
export const MAX_CONDITIONS: number = 1 << IncidentWord.CONDITION_BITS;

/** Types whose values are shown as numbers. */
const NUMBERS: ReadonlySet<ParameterType> = new Set(['number', 'L4-port', 'vlan-tag']);

/** Details by the fields of the record, which the decoder makes anew for each record. */
const details = new WeakMap<object, IncidentDetail>();

/**
 * What a record says as an incident, decoded here or from a database; `undefined` where it is none, or its component is not
 * known.
 */
export function incidentOf(record: TraceRecord): IncidentDetail | undefined {
  const { fields } = record;
  if (fields === undefined) return undefined;
  return details.get(fields) ?? restoredIncident(record);
}

interface ConditionReader {
  readonly component: ComponentDefinition;
  readonly condition: ConditionDefinition;
  readonly render: (values: readonly string[]) => string;
}

/** Conditions of one definition, as they were prepared; made once for all records of a ring. */
const readers = new WeakMap<Definitions, Map<number, ConditionReader | undefined>>();

function readerOf(definitions: Definitions, key: number): ConditionReader | undefined {
  const known = readers.get(definitions) ?? new Map<number, ConditionReader | undefined>();
  readers.set(definitions, known);
  if (known.has(key)) return known.get(key);
  const reader = makeReader(definitions, key);
  known.set(key, reader);
  return reader;
}

function makeReader(definitions: Definitions, key: number): ConditionReader | undefined {
  const value = definitions.get(COMPONENT_DEFINITION)?.get(key >>> IncidentWord.CONDITION_BITS);
  if (value === undefined) return undefined;
  try {
    const component = parseComponentDefinition(value);
    const condition = component.conditions[key & (MAX_CONDITIONS - 1)];
    if (condition === undefined) return undefined;
    const names = condition.parameters.map(({ name }) => name);
    return { component, condition, render: messageRenderer(parseMessageTemplate(condition.text), names) };
  } catch {
    // Damaged or hostile: shown by its numbers.
    return undefined;
  }
}

/**
 * Decodes incidents. `message` is the text with its parameters; `fields` are `condition`, `severity` and the parameters
 * under their names, numbers as numbers. A parameter called like one of the first two is `param_condition`.
 */
export const incidentDecoder: RecordDecoder = {
  kind: RecordKind.INCIDENT,
  name: 'incident',
  decode({ bytes, start, end, flags, definitions, littleEndian }: RecordPayload) {
    const payload = readTexts(bytes, start, end, littleEndian);
    if (payload === undefined) return { message: `${end - start} bytes` };
    const { word, texts } = payload;
    const key = word & ~IncidentWord.PASSED;
    const reader = readerOf(definitions, key);
    const cut = (flags & RecordFlag.CUT) !== 0 ? CUT_MARK : '';
    if (reader === undefined) {
      const name = `condition ${key & (MAX_CONDITIONS - 1)} of an unknown component`;
      return { message: `${[name, ...texts].join(' ')}${cut}` };
    }
    const { component, condition, render } = reader;
    const fields: Record<string, unknown> = { condition: condition.id, severity: condition.severity };
    for (const [index, { name, type }] of condition.parameters.entries()) {
      const text = texts[index];
      if (text === undefined) continue;
      fields[fieldOfParameter(name, fields)] = NUMBERS.has(type) ? numberOrText(text) : text;
    }
    const inMemoryBuffer = (word & IncidentWord.PASSED) === 0;
    details.set(fields, { component, condition, values: texts, inMemoryBuffer });
    const level = severityInfo(condition.severity).pino.name;
    return { message: render(texts) + cut, fields, level, shared: sharedOf(component, inMemoryBuffer) };
  },
};

/** A number where the text is what JavaScript writes for it, so that nothing is lost. */
function numberOrText(text: string): number | string {
  const value = Number(text);
  return String(value) === text && Number.isFinite(value) ? value : text;
}
