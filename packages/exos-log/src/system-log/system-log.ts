import { threadId } from 'node:worker_threads';
import { openTraceBuffer, StorageError, type TraceBuffer } from '@tracebuf/ring';
import { processKey, type SecureDirectory } from '@tracebuf/ring/files';
import type { ComponentDefinition } from '../component.ts';
import type { LogConfiguration } from '../configuration.ts';
import { deliveryThread } from '../delivery/delivery-thread.ts';
import { InvalidDeclarationError } from '../errors.ts';
import type { IncidentEmitter, IncidentSink } from '../incident-sink.ts';
import { NUMBER_OF_MESSAGES } from '../log-target.ts';
import { ComponentEmitter } from './component-emitter.ts';
import { saveComponent } from './component-files.ts';
import { readEffectiveConfiguration } from './configuration-file.ts';
import { CounterWriter } from './counter-file.ts';
import { COUNTERS_SUFFIX, foldCounters } from './counters.ts';
import { COMPONENT_DEFINITION, IncidentWord, MAX_CONDITIONS, SYSTEM_LOG_BUFFER } from './incident-record.ts';
import { inLogPart } from './log-directory.ts';
import { Nvram } from './nvram.ts';
import { ownWitness } from './sessions.ts';

/** Bytes for each message that the memory buffer is to keep. */
const MESSAGE_BYTES = 256;

/** Copies of this package in one thread, each of which counts for itself. */
const MAX_COPIES = 100;

/**
 * The system log of this thread: where its loggers' incidents go. Every process of a user writes its own ring and its own
 * counters; filters, targets and thresholds are one configuration for all.
 */
export class SystemLog implements IncidentSink {
  /** The ring that incidents are in. */
  readonly buffer: TraceBuffer;
  /** The incidents that survive a restart of the machine. */
  readonly nvram: Nvram;
  #components = 0;
  #configuration: LogConfiguration;
  #readFor: number;
  readonly #onChange: (configuration: LogConfiguration) => void;

  /**
   * Opens it; components follow.
   *
   * @param onChange Called with every configuration that comes into force, the first one included.
   * @throws StorageError, InsecureDirectoryError where the ring can't be made; LogConfigurationError where the
   *   configuration is damaged.
   */
  constructor(onChange: (configuration: LogConfiguration) => void = () => {}) {
    const configuration = readEffectiveConfiguration();
    const messages = messagesOf(configuration, 'memory-buffer');
    this.buffer = openTraceBuffer(SYSTEM_LOG_BUFFER, messages * MESSAGE_BYTES);
    this.nvram = new Nvram(messagesOf(configuration, 'nvram'));
    this.#onChange = onChange;
    this.#readFor = this.buffer.policy();
    // Read again now that there is a ring: what is configured from here on is announced to it.
    this.#configuration = readEffectiveConfiguration();
    this.#onChange(this.#configuration);
  }

  /**
   * The configuration in force, read again where it has changed.
   *
   * @param failed Called where it could not be read; the last one then stays in force.
   */
  configuration(failed: () => void): LogConfiguration {
    const policy = this.buffer.policy();
    if (policy === this.#readFor) return this.#configuration;
    this.#readFor = policy;
    try {
      this.#configuration = readEffectiveConfiguration();
      this.#onChange(this.#configuration);
    } catch {
      failed();
    }
    return this.#configuration;
  }

  /**
   * Makes a component known to readers and to the catalog.
   *
   * @throws StorageError, InsecureDirectoryError where its counters can't be made; InvalidDeclarationError where it has
   *   more than 65536 conditions.
   */
  define(component: ComponentDefinition): IncidentEmitter {
    if (component.conditions.length > MAX_CONDITIONS) {
      throw new InvalidDeclarationError(
        `component "${component.name}"`,
        `it has ${component.conditions.length} conditions; divide it, there can be ${MAX_CONDITIONS}`,
      );
    }
    const ordinal = this.#components++ & IncidentWord.COMPONENT_MASK;
    this.buffer.define({ type: COMPONENT_DEFINITION, id: ordinal, value: component });
    saveComponent(component);
    return new ComponentEmitter(this, component, ordinal, openCounters(component));
  }
}

function messagesOf({ targets }: LogConfiguration, kind: 'memory-buffer' | 'nvram'): number {
  const target = targets.find((known) => known.kind === kind);
  return target?.numberOfMessages ?? NUMBER_OF_MESSAGES.factory;
}

function openCounters(component: ComponentDefinition): CounterWriter {
  const subject = {
    process: ownWitness(),
    thread: threadId,
    component: component.name,
    conditions: component.conditions.map(({ id }) => id),
  };
  return inLogPart('counters', true, (directory) => {
    foldQuietly(directory);
    const name = `${processKey()}.${threadId}.${component.name.toLowerCase()}`;
    for (let copy = 1; ; copy++) {
      try {
        return new CounterWriter(
          directory,
          `${name}${copy === 1 ? '' : `.${copy}`}${COUNTERS_SUFFIX}`,
          subject,
        );
      } catch (error) {
        const isTaken = error instanceof StorageError && error.systemCode === 'EEXIST';
        if (!isTaken || copy === MAX_COPIES) throw error;
      }
    }
  }) as CounterWriter;
}

function foldQuietly(directory: SecureDirectory): void {
  try {
    foldCounters(directory);
  } catch {
    // A program that starts must not fail for what others left behind.
  }
}

let own: SystemLog | undefined;

/** The system log of this thread, opened when first asked for. @throws As {@link SystemLog}. */
export function systemLog(): SystemLog {
  own ??= new SystemLog((configuration) => deliveryThread().obey(configuration));
  return own;
}
