import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createLogger, format, transports, config as winstonConfig } from 'winston';
import { type ComponentDefinition, hashedComponentId } from '../src/component.ts';
import { ComponentRegistry } from '../src/component-registry.ts';
import {
  ComponentIdCollisionError,
  ConditionNotRegisteredError,
  InvalidDeclarationError,
  LogComponentExistsError,
  LogComponentRegisteredError,
} from '../src/errors.ts';
import { ExosLogger, type ExosLoggerOptions } from '../src/exos-logger.ts';
import type { IncidentSink } from '../src/incident-sink.ts';
import type { LogHandler } from '../src/log-handler.ts';
import { RESERVED_NAMES } from '../src/reserved-name.ts';
import { Severity } from '../src/severity.ts';

interface Emitted {
  readonly condition: number;
  readonly severity: number;
  readonly values: readonly unknown[];
}

class RecordingSink implements IncidentSink {
  readonly defined: ComponentDefinition[] = [];
  readonly emitted: Emitted[] = [];

  define(component: ComponentDefinition): { emit: (c: number, s: number, v: readonly unknown[]) => void } {
    this.defined.push(component);
    return { emit: (condition, severity, values) => void this.emitted.push({ condition, severity, values }) };
  }
}

function options(more: Partial<ExosLoggerOptions> = {}): ExosLoggerOptions {
  return { formatVersion: 1, registry: new ComponentRegistry(), ...more };
}

function example(more: Partial<ExosLoggerOptions> = {}) {
  return new ExosLogger('example', 'Example Logger', options(more))
    .addCondition('simple', 'Just a simple message')
    .addCondition('crit_cond', 'Critical condition!', { severity: Severity.CRITICAL })
    .addCondition('could_not_open', 'Unable to open %tgt% with %opt%', {
      params: ['tgt', 'opt'],
      severity: Severity.ERROR,
    });
}

function pinoLines(level: string): { logger: LogHandler; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { logger: pino({ level, base: null }, stream), lines };
}

function winstonLines(level: string, levels: Record<string, number> = { ...winstonConfig.npm.levels }) {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = createLogger({
    level,
    levels,
    format: format.json(),
    transports: [new transports.Stream({ stream })],
  });
  return { logger, lines };
}

describe('conditions', () => {
  test('reach the sink once registered, with index, severity and values', () => {
    const sink = new RecordingSink();
    const elog = example({ sink }).register();
    elog.simple();
    elog.could_not_open('somefile', 'r');
    elog.crit_cond();
    expect(sink.defined).toEqual([elog.definition]);
    expect(sink.emitted).toEqual([
      { condition: 0, severity: 2, values: [] },
      { condition: 2, severity: 1, values: ['somefile', 'r'] },
      { condition: 1, severity: 0, values: [] },
    ]);
    expect(elog.definition.conditions.map(({ severity }) => severity)).toEqual([
      'warning',
      'critical',
      'error',
    ]);
  });

  test('take any number of parameters, always as many as declared', () => {
    const sink = new RecordingSink();
    const elog = new ExosLogger('many', 'Many', options({ sink }))
      .addCondition('one', '%a%')
      .addCondition('three', '%a% %b% %c%')
      .addCondition('five', '%a% %b% %c% %d% %e%')
      .register();
    elog.one(1);
    elog.three(1, 2, 3);
    elog.five(1, 2, 3, 4, 5);
    (elog.five as (...values: unknown[]) => void)(1);
    (elog.five as (...values: unknown[]) => void)(1, 2, 3, 4, 5, 6);
    expect(sink.emitted.map(({ values }) => values.length)).toEqual([1, 3, 5, 5, 5]);
  });

  test('called before register throw an error that names them', () => {
    const elog = example() as unknown as { simple: () => void };
    expect(() => elog.simple()).toThrow(ConditionNotRegisteredError);
    expect(() => elog.simple()).toThrow('"example.simple"');
  });

  test('once registered never throw, whatever the sink, the handlers or the values do', () => {
    const nasty = {
      toString(): string {
        throw new Error('no text');
      },
      toJSON(): string {
        throw new Error('no JSON');
      },
    };
    const sink: IncidentSink = {
      define: () => ({
        emit: () => {
          throw new Error('full');
        },
      }),
    };
    const throwing = (): never => {
      throw new Error('handler');
    };
    const handlers = [
      { error: throwing, warn: throwing, info: throwing, debug: throwing },
      pinoLines('info').logger,
    ];
    const elog = example({ sink, handlers }).register();
    const values = [
      nasty,
      Symbol('s'),
      null,
      undefined,
      Object.create(null),
      10n,
      () => 1,
      new Proxy({}, { get: throwing }),
    ];
    for (const value of values) {
      expect(() => elog.could_not_open(value, value)).not.toThrow();
      expect(() => elog.info('%s %j', value, value)).not.toThrow();
      expect(() => elog.error({ value })).not.toThrow();
    }
  });
});

describe('a component', () => {
  test('is final once registered', () => {
    const elog = example();
    expect(elog.isRegistered()).toBe(false);
    elog.register();
    expect(elog.isRegistered()).toBe(true);
    expect(() => elog.addCondition('late', 'Late')).toThrow(LogComponentRegisteredError);
    expect(() => elog.addSubComponent('Late', 'Late')).toThrow(LogComponentRegisteredError);
    expect(() => elog.register()).toThrow(LogComponentRegisteredError);
  });

  test('has an id hashed from its name, in any case, from 512 to 1023', () => {
    expect(hashedComponentId('Example')).toBe(hashedComponentId('example'));
    const ids = Array.from({ length: 2000 }, (_, index) => hashedComponentId(`component${index}`));
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(512);
    expect(Math.max(...ids)).toBeLessThanOrEqual(1023);
    expect(new Set(ids).size).toBeGreaterThan(450);
  });

  test('whose id is taken is refused with both names and a free id', () => {
    const registry = new ComponentRegistry();
    new ExosLogger('first', 'First', options({ registry, componentId: 1023 })).register();
    new ExosLogger('zero', 'Zero', options({ registry, componentId: 512 })).register();
    const second = new ExosLogger('second', 'Second', options({ registry, componentId: 1023 }));
    try {
      second.register();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ComponentIdCollisionError);
      expect(error).toMatchObject({
        component: 'second',
        existing: 'first',
        componentId: 1023,
        suggestedId: 513,
      });
      expect(String(error)).toContain('"second" and "first" have the same id 1023');
    }
    expect(second.isRegistered()).toBe(false);
  });

  test('of a name that is taken is refused, unless it is the same declaration', () => {
    const registry = new ComponentRegistry();
    example({ registry }).register();
    expect(() => example({ registry }).register()).not.toThrow();
    expect(() => new ExosLogger('EXAMPLE', 'Another', options({ registry })).register()).toThrow(
      LogComponentExistsError,
    );
    expect(registry.components).toHaveLength(1);
  });

  test('can only be declared soundly', () => {
    const make = (name: string, title: string, more: object) => () =>
      new ExosLogger(name, title, { formatVersion: 1, ...more });
    for (const bad of [
      make('has.dot', 'T', {}),
      make('all', 'T', {}),
      make('', 'T', {}),
      make('x', '', {}),
      make('x', 'T', { formatVersion: 0 }),
      make('x', 'T', { formatVersion: undefined }),
      make('x', 'T', { componentId: 511 }),
      make('x', 'T', { componentId: 1024 }),
      make('x', 'T', { factoryThreshold: 'loud' }),
      make('x', 'T', { handlers: [{}] }),
    ]) {
      expect(bad).toThrow(InvalidDeclarationError);
    }
    const text = (template: string) => () => new ExosLogger('x', 'T', options()).addCondition('c', template);
    expect(text('100% sure')).toThrow('write %name%, or %% for a percent sign');
    expect(text('%bad name%')).toThrow('encloses no parameter name');
    expect(text('%1%')).toThrow('there are 0 parameters');
    expect(text('')).toThrow('needs a text');
    expect(text('100%% of %a%')).not.toThrow();
  });

  test('can name parameters by position, as old texts do', () => {
    const { lines, logger } = pinoLines('info');
    new ExosLogger('old', 'Old', options({ handlers: [logger] }))
      .addCondition('c', '%1% before %0%, 100%%', { params: ['a', 'b'] })
      .register()
      .c('x', 'y');
    expect(lines[0]).toMatchObject({ msg: 'y before x, 100%', a: 'x', b: 'y' });
  });

  test('reserves every name that its logger has', () => {
    const own = Object.getOwnPropertyNames(ExosLogger.prototype);
    const inherited = Object.getOwnPropertyNames(Object.prototype).filter((name) => !name.startsWith('__'));
    expect(RESERVED_NAMES).toEqual(expect.arrayContaining([...own, ...inherited]));
    for (const name of RESERVED_NAMES) {
      const free = new ExosLogger('x', 'T', options()) as unknown as {
        addCondition: (n: string, t: string) => void;
      };
      expect(() => free.addCondition(name, 'text')).toThrow(InvalidDeclarationError);
    }
  });
});

describe('handlers', () => {
  test('pino gets conditions at the mapped level, with parameters as fields', () => {
    const { lines, logger } = pinoLines('info');
    const elog = example({ handlers: [logger] }).register();
    elog.could_not_open('some\nfile', 3);
    elog.crit_cond();
    elog.simple();
    expect(lines).toMatchObject([
      {
        level: 50,
        msg: 'Unable to open some\\nfile with 3',
        condition: 'example.could_not_open',
        tgt: 'some\nfile',
        opt: 3,
      },
      { level: 60, condition: 'example.crit_cond' },
      { level: 40, condition: 'example.simple' },
    ]);
  });

  test('winston gets them likewise, with the levels of npm and of syslog', () => {
    const npm = winstonLines('debug');
    const syslog = winstonLines('debug', { ...winstonConfig.syslog.levels });
    const elog = example({ handlers: [npm.logger, syslog.logger] }).register();
    elog.could_not_open('f', 'r');
    elog.crit_cond();
    elog.simple();
    elog.notice('noticed');
    expect(npm.lines.map(({ level }) => level)).toEqual(['error', 'error', 'warn', 'info']);
    expect(syslog.lines.map(({ level }) => level)).toEqual(['error', 'crit', 'warning', 'notice']);
    expect(npm.lines[0]).toMatchObject({ message: 'Unable to open f with r', tgt: 'f', opt: 'r' });
  });

  test('plain messages reach handlers only', () => {
    const sink = new RecordingSink();
    const { lines, logger } = pinoLines('trace');
    const elog = example({ sink }).addHandler(logger).register();
    elog.debug('About to open %s', 'somefile');
    elog.info({ count: 3 }, 'read %d', 3);
    elog.error(new Error('broken'));
    expect(sink.emitted).toEqual([]);
    expect(lines).toMatchObject([
      { level: 20, msg: 'About to open somefile', component: 'example' },
      { level: 30, msg: 'read 3', count: 3 },
      { level: 50, msg: 'broken', err: { message: 'broken' } },
    ]);
  });

  test('those at INFO see NOTICE, those at WARNING do not', () => {
    const info = pinoLines('info');
    const warning = pinoLines('warn');
    const elog = example({ handlers: [info.logger, warning.logger] }).register();
    elog.notice('noticed');
    elog.warning('warned');
    expect(info.lines).toHaveLength(2);
    expect(warning.lines).toHaveLength(1);
  });

  test('keep their own fields where a parameter has such a name', () => {
    const { lines, logger } = pinoLines('info');
    const winston = winstonLines('info');
    new ExosLogger('clash', 'Clash', options({ handlers: [logger, winston.logger] }))
      .addCondition('c', '%level% %message% %time%', { severity: 'error' })
      .register()
      .c('low', 'hello', 'noon');
    expect(lines[0]).toMatchObject({
      level: 50,
      param_level: 'low',
      param_message: 'hello',
      param_time: 'noon',
    });
    expect(winston.lines[0]).toMatchObject({ level: 'error', message: 'low hello noon', param_level: 'low' });
  });

  test('can be removed', () => {
    const { lines, logger } = pinoLines('info');
    const elog = example({ handlers: [logger, logger] }).register();
    elog.simple();
    elog.removeHandler(logger);
    elog.simple();
    expect(lines).toHaveLength(1);
  });
});
