import { describe, expect, test } from 'vitest';
import { ComponentRegistry } from '../src/component-registry.ts';
import {
  changeFilter,
  createFilter,
  FACTORY_CONFIGURATION,
  type LogConfiguration,
  setDebugMode,
} from '../src/configuration.ts';
import { configureTarget } from '../src/configure-target.ts';
import { ExosLogger } from '../src/exos-logger.ts';
import { DEFAULT_FILTER, evaluateFilter, type Filter } from '../src/filter.ts';
import { addToFilter, describeEdit } from '../src/filter-edit.ts';
import { interestedTargets, isIncluded, subjectOf } from '../src/inclusion.ts';
import { parseLineFormat } from '../src/line-format.ts';
import { layOutLine } from '../src/line-layout.ts';
import { layOutFilter } from '../src/show-layout.ts';
import { conditionOf, stpComponent } from './fixtures/stp.ts';

const stp = stpComponent();
const EMPTY: Filter = { name: 'myFilter', items: [] };

function passes(filter: Filter, name: string, values: readonly string[] = []): boolean {
  return evaluateFilter(filter, subjectOf(FACTORY_CONFIGURATION, stp, conditionOf(stp, name), 0), values)
    .passes;
}

describe('minimum conformance tests', () => {
  test('1. all with no severity passes by sub-component threshold', () => {
    expect(passes(DEFAULT_FILTER, 'System.Fail')).toBe(true);
    expect(passes(DEFAULT_FILTER, 'System.Odd')).toBe(false);
    expect(passes(DEFAULT_FILTER, 'InBPDU.Mismatch', ['10.0.0.1', 'x'])).toBe(true);
    expect(passes(DEFAULT_FILTER, 'InBPDU.Ign')).toBe(false);
    expect(passes(DEFAULT_FILTER, 'CreatPortMsgFail', ['1'])).toBe(true);
  });

  test('2. exclude above include blocks; an empty filter blocks everything; a redundant add changes nothing', () => {
    expect(passes(EMPTY, 'System.Fail')).toBe(false);
    const including = addToFilter(EMPTY, { events: { component: 'STP' } }).filter;
    const excluding = addToFilter(including, {
      events: { component: 'STP', subComponent: 'System' },
      exclude: true,
    });
    expect(passes(including, 'System.Fail')).toBe(true);
    expect(passes(excluding.filter, 'System.Fail')).toBe(false);
    expect(passes(excluding.filter, 'InBPDU.Mismatch', ['10.0.0.1', 'x'])).toBe(true);
    for (const events of [{ component: 'STP' }, { component: 'stp', subComponent: 'InBPDU' }]) {
      const redundant = addToFilter(including, { events });
      expect(redundant.filter).toBe(including);
      expect(redundant.added).toBe(0);
      expect(describeEdit(redundant)).toBe('nothing changed');
    }
  });

  test('3. match passes an event lacking the parameter; strict-match does not', () => {
    const criteria = [{ type: 'ipaddress', role: 'source', value: '10.0.0.1' }] as const;
    const events = { component: 'STP' };
    const loose = addToFilter(EMPTY, {
      events,
      severity: 'warning',
      match: { strict: false, criteria },
    }).filter;
    const strict = addToFilter(EMPTY, {
      events,
      severity: 'warning',
      match: { strict: true, criteria },
    }).filter;
    expect(passes(loose, 'System.Fail')).toBe(true);
    expect(passes(strict, 'System.Fail')).toBe(false);
    for (const filter of [loose, strict]) {
      expect(passes(filter, 'InBPDU.Mismatch', ['10.0.0.1', 'x'])).toBe(true);
      expect(passes(filter, 'InBPDU.Mismatch', ['10.0.0.2', 'x'])).toBe(false);
    }
  });

  test('4. a debug condition with debug mode off: In is N; the filter listing shows +', () => {
    const ignored = conditionOf(stp, 'InBPDU.Ign');
    const off = changeFilter(FACTORY_CONFIGURATION, 'DefaultFilter', 'add', {
      events: { component: 'STP' },
      severity: 'debug-data',
    }).configuration;
    expect(isIncluded(off, stp, ignored, 0)).toBe(false);
    expect(interestedTargets(off, stp, ignored, 0)).toEqual([]);
    const on = setDebugMode(off, true);
    expect(isIncluded(on, stp, ignored, 0)).toBe(true);
    expect(layOutFilter(filterOf(off), { debugMode: off.debugMode })).toContain('CEWNI+++');
    expect(layOutFilter(filterOf(on), { debugMode: on.debugMode })).toContain('CEWNISVD\nI All');
  });

  test('6. every format item alone and together gives the fixed order', () => {
    const line = {
      time: Date.UTC(2004, 5, 5, 22, 49, 10, 630) * 1000,
      severity: 'info',
      component: 'dm',
      subComponent: 'fan',
      condition: 'Info',
      text: 'PowerSupply:4 Powered On',
      process: 'devmgr',
      pid: 4711,
      slot: 'MSM-A',
      source: { file: 'dm.c', line: 134 },
      host: 'switch',
    } as const;
    const show = (words: string): string => layOutLine(line, parseLineFormat(words), { utc: true });
    const alone: Readonly<Record<string, string>> = {
      priority: '<134>',
      'date mm/dd/yyyy': '06/05/2004',
      'date mm-dd-yyyy': '06-05-2004',
      'date dd-mm-yyyy': '05-06-2004',
      'date yyyy-mm-dd': '2004-06-05',
      'date dd-Mmm-yyyy': '05-Jun-2004',
      'date Mmm-dd': 'Jun  5',
      'timestamp seconds': '22:49:10',
      'timestamp hundredths': '22:49:10.63',
      'host-name': 'switch',
      'tag-name': 'devmgr:',
      'tag-id': '[4711]:',
      'tag-name tag-id': 'devmgr[4711]:',
      severity: '<Info>',
      'event-name component': '<dm>',
      'event-name subcomponent': '<dm.fan>',
      'event-name condition': '<dm.fan.Info>',
      'severity event-name condition': '<Info:dm.fan.Info>',
      'process-slot': 'MSM-A:',
      'process-name': 'devmgr:',
      'source-line': '(dm.c:134)',
      '': '',
      'timestamp none date none event-name none': '',
    };
    for (const [words, shown] of Object.entries(alone)) {
      const gap = shown === '' || words === 'priority' ? '' : ' ';
      expect(show(words)).toBe(`${shown}${gap}PowerSupply:4 Powered On`);
    }
    const all =
      'tag-id source-line process-name severity priority host-name process-slot tag-name event-name condition date yyyy-mm-dd timestamp seconds';
    expect(show(all)).toBe(
      '<134>2004-06-05 22:49:10 switch devmgr[4711]: <Info:dm.fan.Info> MSM-A: devmgr: (dm.c:134) PowerSupply:4 Powered On',
    );
  });

  test('8. what is less urgent than the threshold reaches no DefaultFilter target, but with an explicit severity', () => {
    const registry = new ComponentRegistry();
    const counted: number[] = [];
    const sink = {
      define: () => ({ emit: (condition: number) => void counted.push(condition) }),
    };
    const elog = new ExosLogger('example', 'Example', {
      formatVersion: 1,
      factoryThreshold: 'warning',
      registry,
      sink,
    })
      .addCondition('chatty', 'Chatty', { severity: 'notice' })
      .register();
    const [chatty] = elog.definition.conditions;
    if (chatty === undefined) throw new Error('no condition');
    elog.chatty();
    expect(counted).toEqual([0]);
    expect(isIncluded(FACTORY_CONFIGURATION, elog.definition, chatty, 0)).toBe(false);
    const explicit = changeFilter(FACTORY_CONFIGURATION, 'DefaultFilter', 'add', {
      events: { component: 'example' },
      severity: 'notice',
    }).configuration;
    const targets = interestedTargets(explicit, elog.definition, chatty, 0).map(({ target }) => target.name);
    expect(targets).toEqual(['memory-buffer']);
  });

  test('2 and 4, as printed: exclude on top, debug severities marked', () => {
    let configuration: LogConfiguration = createFilter(FACTORY_CONFIGURATION, 'myFilter');
    configuration = changeFilter(configuration, 'myfilter', 'add', {
      events: { component: 'STP' },
    }).configuration;
    configuration = changeFilter(configuration, 'myfilter', 'add', {
      events: { component: 'STP', subComponent: 'OutBPDU' },
      exclude: true,
    }).configuration;
    configuration = configureTarget(configuration, 'memory-buffer', { filter: 'MYFILTER' });
    expect(isIncluded(configuration, stp, conditionOf(stp, 'InBPDU.Mismatch'), 0)).toBe(true);
    const [, filter] = configuration.filters;
    if (filter === undefined) throw new Error('no filter');
    expect(layOutFilter(filter, { debugMode: false })).toBe(
      [
        'Log Filter Name : myFilter',
        'I/                                            Severity',
        'E Comp    SubComp     Condition               CEWNISVD',
        '- ------- ----------- ----------------------- --------',
        'E STP     OutBPDU     *                       CEWNI+++',
        'I STP     *           *                       ********',
        '',
      ].join('\n'),
    );
  });
});

function filterOf(configuration: LogConfiguration): Filter {
  const [filter] = configuration.filters;
  if (filter === undefined) throw new Error('no filter');
  return filter;
}
