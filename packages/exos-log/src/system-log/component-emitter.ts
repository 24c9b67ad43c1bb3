import { RecordKind, type TraceBuffer } from '@tracebuf/ring';
import type { ComponentDefinition } from '../component.ts';
import type { LogConfiguration } from '../configuration.ts';
import type { IncidentEmitter } from '../incident-sink.ts';
import { renderParameter } from '../parameter-value.ts';
import { SEVERITIES } from '../severity.ts';
import { type ConditionPlan, Plan, planCondition } from './condition-plan.ts';
import type { CounterWriter } from './counter-file.ts';
import { IncidentWord } from './incident-record.ts';
import type { SystemLog } from './system-log.ts';

// As this module's own, V8 makes them part of the code; imported ones are looked up at each use.
const { MEMORY, NVRAM, DELIVER, DEPENDS } = Plan;
const { CONDITION_BITS, PASSED } = IncidentWord;
const { INCIDENT } = RecordKind;

/** Level in the ring of each severity, by its rank. */
const LEVELS: readonly number[] = SEVERITIES.map(({ pino }) => pino.level);

/** Takes the incidents of one component: counts them, and stores those that a target wants. */
export class ComponentEmitter implements IncidentEmitter {
  readonly #log: SystemLog;
  readonly #buffer: TraceBuffer;
  readonly #component: ComponentDefinition;
  readonly #ordinal: number;
  readonly #writer: CounterWriter;
  readonly #counters: Float64Array;
  readonly #mustSave: boolean;
  /** Bits of {@link Plan} of each condition. */
  readonly #bits: Uint8Array;
  #plans: readonly ConditionPlan[] = [];
  #policy = -1;
  /** When a plan must be made anew although the configuration is the same, in ms since the epoch; 0: never. */
  #expires = 0;

  /** @param ordinal Id of the component's definition beside the ring. */
  constructor(log: SystemLog, component: ComponentDefinition, ordinal: number, writer: CounterWriter) {
    this.#log = log;
    this.#buffer = log.buffer;
    this.#component = component;
    this.#ordinal = ordinal;
    this.#writer = writer;
    this.#counters = writer.counters;
    this.#mustSave = writer.mustSave;
    this.#bits = new Uint8Array(component.conditions.length);
    this.#look();
  }

  emit(condition: number, severity: number, values: readonly unknown[]): void {
    if (this.#buffer.policy() !== this.#policy || (this.#expires !== 0 && Date.now() >= this.#expires))
      this.#look();
    const counters = this.#counters;
    const at = condition << 1;
    counters[at] = (counters[at] as number) + 1;
    const bits = this.#bits[condition] as number;
    if (bits !== 0) {
      counters[at + 1] = (counters[at + 1] as number) + 1;
      this.#store(condition, severity, textsOf(values), bits);
    }
    if (this.#mustSave) this.#writer.save(condition);
  }

  #store(condition: number, severity: number, texts: readonly string[], planned: number): void {
    const decided =
      (planned & DEPENDS) === 0 ? planned : (this.#plans[condition]?.decide?.(texts) ?? planned);
    if (decided === 0) return;
    const level = LEVELS[severity] as number;
    const word = (this.#ordinal << CONDITION_BITS) | condition;
    if ((decided & (MEMORY | DELIVER)) !== 0) {
      const stored = (decided & MEMORY) === 0 ? word | PASSED : word;
      this.#buffer.appendTexts(INCIDENT, level, stored, texts);
    }
    if ((decided & NVRAM) === 0) return;
    try {
      this.#log.nvram.append(this.#component, this.#ordinal, level, INCIDENT, word, texts);
    } catch {
      // R9: logging never breaks the program; `show log counters` tells.
      this.#writer.countNvramFailure();
    }
  }

  /** Makes the plans of the configuration that is in force now. */
  #look(): void {
    const now = Date.now();
    const configuration = this.#log.configuration(() => this.#writer.countConfigurationFailure());
    this.#policy = this.#buffer.policy();
    this.#expires = nextExpiry(configuration, now);
    this.#plans = this.#component.conditions.map((condition) =>
      planCondition(configuration, this.#component, condition, now),
    );
    for (const [index, { bits }] of this.#plans.entries()) this.#bits[index] = bits;
  }
}

/** The first expiry to come; 0: nothing expires. */
function nextExpiry({ debugConditions }: LogConfiguration, now: number): number {
  const coming = Object.values(debugConditions).filter((until) => until > now);
  return coming.length === 0 ? 0 : Math.min(...coming);
}

/** The same array where all are texts already, which is the usual case. */
function textsOf(values: readonly unknown[]): readonly string[] {
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'string') return Array.from(values, renderParameter);
  }
  return values as readonly string[];
}
