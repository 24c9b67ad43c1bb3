import { describe, expect, test } from 'vitest';
import {
  changeFilter,
  createFilter,
  deleteFilter,
  FACTORY_CONFIGURATION,
  type LogConfiguration,
  setConditionDebug,
  setDebugMode,
  setMessagesPrivilege,
  setThreshold,
  withoutExpired,
} from '../src/configuration.ts';
import {
  parseComponentDefinition,
  parseConfiguration,
  savedConfiguration,
} from '../src/configuration-schema.ts';
import { addSyslog, configureTarget, deleteSyslog, findTargets } from '../src/configure-target.ts';
import {
  LogConfigurationError,
  LogFilterError,
  LogTargetExistsError,
  UnknownLogTargetError,
} from '../src/errors.ts';
import { describeEdit } from '../src/filter-edit.ts';
import { interestedTargets, isIncluded, judgeIncident, thresholdOf } from '../src/inclusion.ts';
import type { SyslogServer } from '../src/log-target.ts';
import { conditionOf, stpComponent } from './fixtures/stp.ts';

const stp = stpComponent();
const mismatch = conditionOf(stp, 'InBPDU.Mismatch');
const ignored = conditionOf(stp, 'InBPDU.Ign');
const server: SyslogServer = {
  host: '10.0.0.1',
  port: 514,
  facility: 'local0',
  transport: 'udp',
  protocol: 'rfc3164',
};

function targetNames(configuration: LogConfiguration, condition = mismatch, now = 0): string[] {
  return interestedTargets(configuration, stp, condition, now).map(({ target }) => target.name);
}

describe('filters of a configuration', () => {
  test('are created, copied and deleted by names equal in any case', () => {
    const one = createFilter(FACTORY_CONFIGURATION, 'mine', 'defaultfilter');
    expect(one.filters.map(({ name }) => name)).toEqual(['DefaultFilter', 'mine']);
    expect(one.filters[1]?.items).toEqual(FACTORY_CONFIGURATION.filters[0]?.items);
    expect(() => createFilter(one, 'MINE')).toThrow('there is a filter "mine"');
    for (const name of ['all', 'copy', '', '1x', 'a b'])
      expect(() => createFilter(one, name)).toThrow(LogFilterError);
    expect(() => createFilter(one, 'new', 'nothing')).toThrow('"DefaultFilter" and "mine"');
    expect(deleteFilter(one, 'Mine')).toEqual(FACTORY_CONFIGURATION);
    expect(deleteFilter(one, 'all')).toEqual(FACTORY_CONFIGURATION);
  });

  test('are not deleted while targets use them, and the default filter never', () => {
    const one = configureTarget(createFilter(FACTORY_CONFIGURATION, 'mine'), 'console', { filter: 'MINE' });
    expect(() => deleteFilter(one, 'mine')).toThrow('used by "console"');
    expect(() => deleteFilter(one, 'all')).toThrow('used by "console"');
    expect(() => deleteFilter(one, 'defaultfilter')).toThrow('cannot be deleted');
    expect(() => deleteFilter(one, 'other')).toThrow(LogFilterError);
  });

  test('tell what a change did', () => {
    let configuration = createFilter(FACTORY_CONFIGURATION, 'f');
    const change = (action: 'add' | 'delete', statement: Parameters<typeof changeFilter>[3]): string => {
      const result = changeFilter(configuration, 'f', action, statement);
      configuration = result.configuration;
      return describeEdit(result.edit);
    };
    const inBpdu = { component: 'STP', subComponent: 'InBPDU' };
    expect(change('add', { events: inBpdu, severity: 'error' })).toBe('added 1 item');
    expect(change('add', { events: { ...inBpdu, condition: 'Drop' }, exclude: true })).toBe('added 1 item');
    expect(change('add', { events: { component: 'STP' }, severity: 'debug-data' })).toBe(
      'added 1 item, replaced 2 items',
    );
    expect(change('delete', { events: inBpdu, severity: 'warning' })).toBe('split 1 item');
    expect(change('delete', { events: inBpdu, severity: 'warning' })).toBe('nothing changed');
    expect(change('delete', { events: inBpdu, exclude: true })).toBe('nothing changed');
    expect(change('delete', { events: {} })).toBe('deleted 1 item');
    expect(configuration.filters[1]?.items).toEqual([]);
  });

  test('refuse severities and parameters that cannot stand there', () => {
    const add = (statement: Parameters<typeof changeFilter>[3]) => () =>
      changeFilter(FACTORY_CONFIGURATION, 'DefaultFilter', 'add', statement);
    expect(add({ events: { component: 'STP' }, severity: 'all' })).toThrow('only after delete or exclude');
    expect(add({ events: { component: 'STP' }, severity: 'all', exclude: true })).not.toThrow();
    expect(add({ events: { component: 'STP', condition: 'x' }, severity: 'error' })).toThrow(
      'severity of its own',
    );
    const criterion = (criteria: { type: 'ipaddress' | 'vlan'; role?: 'source'; value: string }) =>
      add({ events: {}, match: { strict: false, criteria: [criteria] } });
    expect(criterion({ type: 'ipaddress', value: 'localhost' })).toThrow(
      '"localhost" is no value of "ipaddress"',
    );
    expect(criterion({ type: 'vlan', role: 'source', value: 'x' })).toThrow('no parameter "source vlan"');
  });

  test('match addresses in every spelling', () => {
    const match = { strict: true, criteria: [{ type: 'ipaddress', value: '2001:DB8:0:0::1' }] } as const;
    const configuration = changeFilter(createFilter(FACTORY_CONFIGURATION, 'f'), 'f', 'add', {
      events: {},
      match,
    });
    const [, filter] = configuration.configuration.filters;
    if (filter === undefined) throw new Error('no filter');
    const target = { ...findTargets(FACTORY_CONFIGURATION, 'memory-buffer')[0], filter: 'f' };
    const judge = (peer: string) =>
      judgeIncident(
        configuration.configuration,
        target as Parameters<typeof judgeIncident>[1],
        stp,
        mismatch,
        [peer, 'x'],
        'text',
        0,
      ).passes;
    expect(judge('2001:db8::1')).toBe(true);
    expect(judge('2001:db8::2')).toBe(false);
    expect(judge('not an address')).toBe(false);
  });
});

describe('which targets include a condition', () => {
  test('follows filter, target severity and whether the target is enabled', () => {
    expect(targetNames(FACTORY_CONFIGURATION)).toEqual(['memory-buffer', 'nvram']);
    const changed = configureTarget(
      configureTarget(FACTORY_CONFIGURATION, 'nvram', { severity: 'error', only: true }),
      'console',
      { enabled: true },
    );
    expect(targetNames(changed)).toEqual(['memory-buffer', 'console']);
    expect(targetNames(configureTarget(changed, 'memory-buffer', { enabled: false }))).toEqual(['console']);
  });

  test('follows thresholds as they are configured', () => {
    const strict = setThreshold(FACTORY_CONFIGURATION, { component: 'stp', subComponent: 'inbpdu' }, 'error');
    expect(thresholdOf(strict, stp, 'InBPDU')).toBe('error');
    expect(thresholdOf(strict, stp, 'OutBPDU')).toBe('warning');
    expect(targetNames(strict)).toEqual([]);
    expect(setThreshold(strict, { component: 'STP', subComponent: 'InBPDU' }, undefined)).toEqual(
      FACTORY_CONFIGURATION,
    );
    expect(thresholdOf(setThreshold(strict, { component: 'STP' }, 'info'), stp, undefined)).toBe('info');
    expect(() => setThreshold(strict, {}, 'info')).toThrow(LogConfigurationError);
  });

  test('debugging one condition passes debug mode and threshold until it expires', () => {
    const debugging = setConditionDebug(FACTORY_CONFIGURATION, 'stp.inbpdu.ign', 1000);
    expect(targetNames(debugging, ignored, 999)).toEqual(['memory-buffer']);
    expect(targetNames(debugging, ignored, 1000)).toEqual([]);
    expect(targetNames(debugging, conditionOf(stp, 'InBPDU.Trace'), 0)).toEqual([]);
    expect(withoutExpired(debugging, 1000)).toEqual(FACTORY_CONFIGURATION);
    expect(withoutExpired(debugging, 999)).toBe(debugging);
    expect(setConditionDebug(debugging, 'STP.InBPDU.Ign', undefined)).toEqual(FACTORY_CONFIGURATION);
    expect(isIncluded(setDebugMode(FACTORY_CONFIGURATION, true), stp, ignored, 0)).toBe(false);
  });

  test('an incident is judged with what decides', () => {
    const [memory] = FACTORY_CONFIGURATION.targets;
    if (memory === undefined) throw new Error('no target');
    const judge = (change: object, condition = mismatch) =>
      judgeIncident(
        FACTORY_CONFIGURATION,
        { ...memory, ...change },
        stp,
        condition,
        ['10.0.0.1', 'x'],
        'a text',
        0,
      );
    expect(judge({})).toMatchObject({ passes: true, decidedBy: 'filter', filter: { index: 0 } });
    expect(judge({ match: '^a' }).passes).toBe(true);
    expect(judge({ match: '^b' })).toMatchObject({ passes: false, decidedBy: 'match expression' });
    expect(judge({ severity: 'error' })).toMatchObject({ passes: false, decidedBy: 'target severity' });
    expect(judge({ enabled: false })).toMatchObject({ passes: false, decidedBy: 'target disabled' });
    expect(judge({}, ignored)).toMatchObject({ passes: false, decidedBy: 'debug mode' });
    expect(judge({}, conditionOf(stp, 'System.Odd'))).toMatchObject({
      passes: false,
      decidedBy: 'filter',
      filter: { index: -1 },
    });
  });
});

describe('targets', () => {
  test('stand at the factory as documented', () => {
    const shown = FACTORY_CONFIGURATION.targets.map((target) => [
      target.name,
      target.enabled,
      target.severity,
      target.filter,
      target.numberOfMessages,
    ]);
    expect(shown).toEqual([
      ['memory-buffer', true, 'debug-data', 'DefaultFilter', 1000],
      ['nvram', true, 'warning', 'DefaultFilter', 1000],
      ['console', false, 'info', 'DefaultFilter', undefined],
      ['session', false, 'info', 'DefaultFilter', undefined],
    ]);
  });

  test('keep 200 to 20000 messages', () => {
    for (const number of [200, 20_000]) {
      const { targets } = configureTarget(FACTORY_CONFIGURATION, 'memory-buffer', {
        numberOfMessages: number,
      });
      expect(targets[0]?.numberOfMessages).toBe(number);
    }
    for (const number of [199, 20_001, 1.5, Number.NaN]) {
      expect(() =>
        configureTarget(FACTORY_CONFIGURATION, 'memory-buffer', { numberOfMessages: number }),
      ).toThrow('from 200 to 20000');
    }
    expect(() => configureTarget(FACTORY_CONFIGURATION, 'console', { numberOfMessages: 200 })).toThrow(
      'keeps no messages',
    );
  });

  test('have a match expression until it is any', () => {
    const matching = configureTarget(FACTORY_CONFIGURATION, 'console', { match: '^Port' });
    expect(matching.targets[2]?.match).toBe('^Port');
    expect(configureTarget(matching, 'console', { match: 'Any' })).toEqual(FACTORY_CONFIGURATION);
    expect(() => configureTarget(matching, 'console', { match: 'x'.repeat(300) })).toThrow(
      LogConfigurationError,
    );
  });

  test('to syslog servers are found by what sets them apart', () => {
    let configuration = addSyslog(FACTORY_CONFIGURATION, server);
    configuration = addSyslog(configuration, { ...server, facility: 'local1' });
    configuration = addSyslog(configuration, { ...server, host: '::1', port: 6514, transport: 'tls' });
    configuration = addSyslog(configuration, { ...server, host: '/dev/log', port: 0, transport: 'unix' });
    expect(findTargets(configuration, 'syslog')).toHaveLength(4);
    expect(findTargets(configuration, 'syslog all')).toHaveLength(4);
    expect(findTargets(configuration, 'syslog 10.0.0.1')).toHaveLength(2);
    const names = findTargets(configuration, 'SYSLOG 10.0.0.1:514 LOCAL1').map(({ name }) => name);
    expect(names).toEqual(['syslog 10.0.0.1:514 local1']);
    expect(findTargets(configuration, 'syslog [::1]:6514')).toHaveLength(1);
    expect(findTargets(configuration, 'syslog unix:/dev/log')).toHaveLength(1);
    expect(() => findTargets(configuration, 'syslog 10.0.0.9')).toThrow(UnknownLogTargetError);
    expect(() => addSyslog(configuration, server)).toThrow(LogTargetExistsError);
    expect(() => addSyslog(configuration, { ...server, port: 0 })).toThrow('port');
    const from = configureTarget(configuration, 'syslog 10.0.0.1', { from: '10.0.0.2', enabled: true });
    expect(from.targets.filter(({ syslog }) => syslog?.from === '10.0.0.2')).toHaveLength(2);
    expect(() => configureTarget(configuration, 'console', { from: '10.0.0.2' })).toThrow(
      'for syslog targets',
    );
    expect(deleteSyslog(configuration, '10.0.0.1:514 local0').targets).toHaveLength(7);
    expect(deleteSyslog(configuration, 'all')).toEqual(FACTORY_CONFIGURATION);
    expect(() => deleteSyslog(FACTORY_CONFIGURATION, '10.0.0.1')).toThrow(UnknownLogTargetError);
  });
});

describe('a saved configuration', () => {
  test('comes back as it was, but for the session', () => {
    let configuration = addSyslog(createFilter(FACTORY_CONFIGURATION, 'f', 'DefaultFilter'), server);
    configuration = setConditionDebug(setMessagesPrivilege(configuration, 'admin'), 'STP.InBPDU.Ign', 5);
    configuration = configureTarget(configuration, 'session', { enabled: true, severity: 'error' });
    configuration = changeFilter(configuration, 'f', 'delete', {
      events: { component: 'STP' },
    }).configuration;
    const saved = JSON.parse(JSON.stringify(savedConfiguration(configuration))) as unknown;
    const read = parseConfiguration(saved);
    expect(read.targets.find(({ kind }) => kind === 'session')).toEqual(FACTORY_CONFIGURATION.targets[3]);
    expect(savedConfiguration(read)).toEqual(savedConfiguration(configuration));
    expect(parseConfiguration(FACTORY_CONFIGURATION)).toEqual(FACTORY_CONFIGURATION);
  });

  test('that cannot be used is refused with the place of the fault', () => {
    const bad: [unknown, string][] = [
      [null, 'it'],
      [[], 'it'],
      [{ ...FACTORY_CONFIGURATION, version: 2 }, 'version'],
      [{ ...FACTORY_CONFIGURATION, debugMode: 'yes' }, 'debugMode'],
      [{ ...FACTORY_CONFIGURATION, thresholds: { STP: 'loud' } }, 'thresholds.STP'],
      [
        { ...FACTORY_CONFIGURATION, targets: [{ ...FACTORY_CONFIGURATION.targets[0], filter: 'gone' }] },
        '"gone"',
      ],
      [
        { ...FACTORY_CONFIGURATION, targets: [{ ...FACTORY_CONFIGURATION.targets[0], numberOfMessages: 1 }] },
        'targets.0',
      ],
    ];
    for (const [value, place] of bad) {
      expect(() => parseConfiguration(value)).toThrow(LogConfigurationError);
      expect(() => parseConfiguration(value)).toThrow(place);
    }
  });

  test('the definition of a component is checked likewise', () => {
    expect(parseComponentDefinition(JSON.parse(JSON.stringify(stp)))).toEqual(stp);
    expect(() => parseComponentDefinition({ ...stp, name: '../x' })).toThrow('name');
    expect(() => parseComponentDefinition({ ...stp, conditions: [{ id: 'x' }] })).toThrow('conditions.0');
  });
});
