import { describe, expect, test } from 'vitest';
import { InvalidSeverityError, UnknownEventError } from '../src/errors.ts';
import { matchEvents, parseEvents } from '../src/event-selector.ts';
import { eventsText } from '../src/events.ts';
import { PARAMETER_TYPES } from '../src/parameter-type.ts';
import { renderParameter } from '../src/parameter-value.ts';
import { compareSeverity, parseSeverity, SEVERITIES, severitiesIn, severityMask } from '../src/severity.ts';
import { stpComponent } from './fixtures/stp.ts';

const stp = stpComponent();
const renamed = {
  ...stp,
  name: 'STX',
  conditions: stp.conditions.map((condition) => ({ ...condition, aliases: [`STX.Old${condition.name}`] })),
};

describe('severities', () => {
  test('have their letters, tags and numbers everywhere', () => {
    const column = (key: 'letter' | 'tag' | 'syslog' | 'python' | 'openTelemetry') =>
      SEVERITIES.map((each) => each[key]);
    expect(column('letter').join('')).toBe('CEWNISVD');
    expect(column('tag')).toEqual(['Crit', 'Erro', 'Warn', 'Noti', 'Info', 'Summ', 'Verb', 'Data']);
    expect(column('syslog')).toEqual([2, 3, 4, 5, 6, 7, 7, 7]);
    expect(column('python')).toEqual([50, 40, 30, 25, 20, 10, 8, 5]);
    expect(column('openTelemetry')).toEqual([18, 17, 13, 10, 9, 5, 3, 1]);
    expect(SEVERITIES.map(({ pino }) => pino.name).join()).toBe(
      'fatal,error,warn,info,info,debug,trace,trace',
    );
  });

  test('are read from abbreviations that mean one', () => {
    expect(['c', 'ERR', 'w', 'not', 'i', 'debug-s', 'Debug-Verbose'].map(parseSeverity)).toEqual([
      'critical',
      'error',
      'warning',
      'notice',
      'info',
      'debug-summary',
      'debug-verbose',
    ]);
    expect(() => parseSeverity('debug')).toThrow('could be "debug-summary", "debug-verbose" or "debug-data"');
    for (const bad of ['', 'loud', 'criticall'])
      expect(() => parseSeverity(bad)).toThrow(InvalidSeverityError);
  });

  test('form sets of what is more urgent, or of one', () => {
    expect(severitiesIn(severityMask('warning'))).toEqual(['critical', 'error', 'warning']);
    expect(severitiesIn(severityMask('warning', true))).toEqual(['warning']);
    expect(severityMask('debug-data')).toBe(0xff);
    expect((['info', 'critical', 'error'] as const).toSorted(compareSeverity)).toEqual([
      'critical',
      'error',
      'info',
    ]);
  });
});

describe('names of events', () => {
  test.each([
    ['all', 'all'],
    ['al', 'all'],
    ['stp', 'STP'],
    ['STP.in', 'STP.InBPDU'],
    ['stp.inbpdu.drop', 'STP.InBPDU.Drop'],
    ['stp.i.mis', 'STP.InBPDU.Mismatch'],
    ['stp.creat', 'STP.CreatPortMsgFail'],
  ])('%j means %s', (text, name) => {
    expect(eventsText(parseEvents(text, [stp]))).toBe(name);
  });

  test('that mean several things are refused with what they could be', () => {
    expect(() => parseEvents('st', [stp, renamed])).toThrow('could be "STP" or "STX"');
    expect(() => parseEvents('stp.inbpdu.d', [stp])).toThrow(
      'could be "STP.InBPDU.Drop" or "STP.InBPDU.Dump"',
    );
  });

  test('that mean nothing are refused with what there is', () => {
    expect(() => parseEvents('vlan', [stp])).toThrow('there are: "STP"');
    expect(() => parseEvents('stp.inbpdu.x', [stp])).toThrow('"STP.InBPDU.Drop"');
    expect(() => parseEvents('x', [])).toThrow(UnknownEventError);
    for (const bad of ['stp.a.b.c', '..', 'stp.inbpdu.drop.'])
      expect(() => parseEvents(bad, [stp])).toThrow();
  });

  test('that were former ones mean the present', () => {
    expect(eventsText(parseEvents('STX.InBPDU.OldDrop', [renamed]))).toBe('STX.InBPDU.Drop');
  });

  test('are completed', () => {
    expect(matchEvents('stp.', [stp]).map(({ name }) => name)).toEqual([
      'STP.InBPDU',
      'STP.OutBPDU',
      'STP.System',
      'STP.CreatPortMsgFail',
    ]);
    expect(matchEvents('', [stp]).map(({ name }) => name)).toEqual(['all', 'STP']);
  });
});

describe('values of parameters', () => {
  test('are rendered as text, whatever they are', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    const values = [
      1,
      10n,
      true,
      null,
      undefined,
      new Date(0),
      new Date(Number.NaN),
      new Error('broken'),
      Buffer.from([1, 255]),
    ];
    expect(values.map(renderParameter)).toEqual([
      '1',
      '10',
      'true',
      'null',
      'undefined',
      '1970-01-01T00:00:00.000Z',
      'Invalid Date',
      'broken',
      '01ff',
    ]);
    expect(renderParameter({ a: [1] })).toBe('{"a":[1]}');
    expect(renderParameter(circular)).toBe('<ref *1> { self: [Circular *1] }');
    expect(renderParameter(Object.assign(Object.create(null), { b: 1n }))).toBe(
      '[Object: null prototype] { b: 1n }',
    );
    const trap = (): never => {
      throw new Error('trap');
    };
    expect(renderParameter(new Proxy(() => 1, { get: trap, getPrototypeOf: trap, ownKeys: trap }))).toEqual(
      expect.any(String),
    );
    expect(renderParameter(Symbol('s'))).toBe('Symbol(s)');
  });

  test('are compared in one spelling', () => {
    const spelling = (type: keyof typeof PARAMETER_TYPES, text: string) =>
      PARAMETER_TYPES[type].normalize(text);
    expect(spelling('ipaddress', ' 2001:DB8::0:1 ')).toBe('2001:db8::1');
    expect(spelling('ipaddress', '10.0.0.256')).toBeUndefined();
    expect(spelling('mac-address', '00-1B-44-11-3a-B7')).toBe(spelling('mac-address', '001b.4411.3ab7'));
    expect(spelling('mac-address', '00:1b')).toBeUndefined();
    expect(spelling('L4-port', '0080')).toBe('80');
    expect(spelling('L4-port', '65536')).toBeUndefined();
    expect(spelling('vlan-tag', '4096')).toBeUndefined();
    expect(spelling('number', '9007199254740993')).toBe('9007199254740993');
    expect(spelling('number', '1.50')).toBe('1.5');
    expect(spelling('number', 'many')).toBeUndefined();
    expect(spelling('string', 'As It Is ')).toBe('As It Is ');
  });
});
