import { describe, expect, expectTypeOf, test } from 'vitest';
import { ComponentRegistry } from '../src/component-registry.ts';
import { ExosLogger } from '../src/exos-logger.ts';
import type { TemplateParameters } from '../src/message-template.ts';
import { Severity } from '../src/severity.ts';

const options = (): { formatVersion: number; registry: ComponentRegistry } => ({
  formatVersion: 1,
  registry: new ComponentRegistry(),
});

describe('types inferred from declarations', () => {
  test('names of parameters come from the literal text', () => {
    expectTypeOf<TemplateParameters<'Unable to open %tgt% with %opt%'>>().toEqualTypeOf<['tgt', 'opt']>();
    expectTypeOf<TemplateParameters<'plain'>>().toEqualTypeOf<[]>();
    expectTypeOf<TemplateParameters<'%a% is at 50%% of %b%, %a% again'>>().toEqualTypeOf<['a', 'b']>();
    expectTypeOf<TemplateParameters<'100%%'>>().toEqualTypeOf<[]>();
    expectTypeOf<TemplateParameters<'%%%a%%%'>>().toEqualTypeOf<['a']>();
    expectTypeOf<TemplateParameters<'%0% and %name%'>>().toEqualTypeOf<['name']>();
    expectTypeOf<TemplateParameters<string>>().toEqualTypeOf<readonly string[]>();
  });

  test('a condition becomes a method with its parameters', () => {
    const elog = new ExosLogger('example', 'Example Logger', options())
      .addCondition('simple', 'Just a simple message')
      .addCondition('crit_cond', 'Critical condition!', { severity: Severity.CRITICAL })
      .addCondition('could_not_open', 'Unable to open %tgt% with %opt%', {
        params: ['tgt', 'opt'],
        severity: Severity.ERROR,
      })
      .addCondition('swapped', '%a% before %b%', { params: ['b', 'a'] })
      .addCondition('inferred', 'Read %count% bytes of %file%')
      .addCondition('connected', '%client% came to %port%', {
        params: [
          { name: 'client', type: 'ipaddress', role: 'source' },
          { name: 'port', type: 'L4-port', role: 'destination' },
        ],
      })
      .register();
    expectTypeOf(elog.simple).parameters.toEqualTypeOf<[]>();
    expectTypeOf(elog.could_not_open).parameters.toEqualTypeOf<[unknown, unknown]>();
    expectTypeOf(elog.inferred).parameters.toEqualTypeOf<[unknown, unknown]>();
    expectTypeOf(elog.connected).parameters.toEqualTypeOf<[string, number | string]>();
    expectTypeOf(elog.could_not_open).returns.toEqualTypeOf<void>();

    elog.could_not_open('somefile', 'r');
    // @ts-expect-error A third argument is one too many.
    elog.could_not_open('somefile', 'r', 'more');
    // @ts-expect-error A second argument is missing.
    elog.could_not_open('somefile');
    // @ts-expect-error An address is text.
    elog.connected(1, 80);
    // @ts-expect-error No such condition.
    expect(elog.no_such_condition).toBeUndefined();
    // @ts-expect-error After register there is nothing to add, but that only the run time can say of a value.
    expect(() => elog.addCondition('could_not_open', 'late')).toThrow('already registered');
  });

  test('parameters that do not match the text are a compile error and a run-time error', () => {
    const logger = (): ExosLogger => new ExosLogger('example', 'Example Logger', options());
    // @ts-expect-error The text uses %opt%.
    expect(() => logger().addCondition('a', 'Open %tgt% with %opt%', { params: ['tgt'] })).toThrow('%opt%');
    // @ts-expect-error The text does not use opt.
    expect(() => logger().addCondition('a', 'Open %tgt%', { params: ['tgt', 'opt'] })).toThrow('"opt"');
    // @ts-expect-error tgt is declared twice.
    expect(() => logger().addCondition('a', 'Open %tgt%', { params: ['tgt', 'tgt'] })).toThrow('twice');
    // @ts-expect-error There is no type of that name.
    expect(() => logger().addCondition('a', 'Open %t%', { params: [{ name: 't', type: 'file' }] })).toThrow(
      'type',
    );
  });

  test('names that mean something else are errors', () => {
    const logger = (): ExosLogger => new ExosLogger('example', 'Example Logger', options());
    // @ts-expect-error debug is a method of the logger.
    expect(() => logger().addCondition('debug', 'text')).toThrow('reserved');
    // @ts-expect-error register is a method of the logger.
    expect(() => logger().addSubComponent('register', 'title')).toThrow('reserved');
    const one = logger().addCondition('one', 'text');
    // @ts-expect-error The name is taken.
    expect(() => one.addCondition('one', 'text')).toThrow('taken');
    // @ts-expect-error There is no such sub-component.
    expect(() => logger().addCondition('part.one', 'text')).toThrow('addSubComponent');
  });

  test('conditions of a sub-component are methods of it', () => {
    const stp = new ExosLogger('STP', 'Spanning-Tree Protocol', options())
      .addSubComponent('InBPDU', 'STP In BPDU subcomponent', { factoryThreshold: 'warning' })
      .addSubComponent('OutBPDU', 'STP Out BPDU subcomponent')
      .addCondition('InBPDU.Drop', 'Dropped %count% from %port%', {
        params: [{ name: 'count', type: 'number' }, 'port'],
      })
      .addCondition('OutBPDU.Drop', 'Dropped')
      .register();
    expectTypeOf(stp.InBPDU.Drop).parameters.toEqualTypeOf<[number | bigint, unknown]>();
    expectTypeOf(stp.OutBPDU.Drop).parameters.toEqualTypeOf<[]>();
    stp.InBPDU.Drop(3, '1:5');
    // @ts-expect-error A sub-component has only its own conditions.
    expect(stp.OutBPDU.Ign).toBeUndefined();
  });

  test('a text or names that are no literals are left to the run time', () => {
    const text: string = 'Open %tgt%';
    const params: string[] = ['tgt'];
    const elog = new ExosLogger('example', 'Example Logger', options())
      .addCondition('free', text)
      .addCondition('listed', 'Open %tgt%', { params })
      .register();
    expectTypeOf(elog.free).parameters.toEqualTypeOf<unknown[]>();
    elog.free('a');
    elog.listed('a');
  });
});
