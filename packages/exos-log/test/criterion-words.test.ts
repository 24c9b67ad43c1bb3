import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { criterionWords, parseCriteria, relevantCriteria } from '../src/criterion-words.ts';
import { LogConfigurationError } from '../src/errors.ts';
import type { Criterion } from '../src/filter-item.ts';
import { PARAMETER_TYPES } from '../src/parameter-type.ts';
import { ALL_SEVERITIES, severityMask } from '../src/severity.ts';
import { stpComponent } from './fixtures/stp.ts';

const criterion: fc.Arbitrary<Criterion> = fc
  .tuple(
    fc.constantFrom(...Object.values(PARAMETER_TYPES)),
    fc.nat(2),
    fc.stringMatching(/^[a-z0-9.:]{4,9}$/),
  )
  .map(([{ type, roles }, choice, value]) => {
    const role = roles[choice];
    return { type, ...(role === undefined ? {} : { role }), value };
  });

describe('the words of criteria', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(fc.array(criterion, { minLength: 1, maxLength: 4 }), (criteria) => {
        const words = criteria.flatMap((each, index) => [
          ...(index === 0 ? [] : ['and']),
          ...criterionWords(each),
        ]);
        expect(parseCriteria(words)).toEqual(criteria);
      }),
    );
  });

  test('are read in any case, with the longest type that fits', () => {
    expect(
      parseCriteria(['VLAN', 'tag', '7', 'AND', 'Source', 'l4-PORT', '80', 'and', 'vlan', 'blue']),
    ).toEqual([
      { type: 'vlan-tag', value: '7' },
      { type: 'L4-port', role: 'source', value: '80' },
      { type: 'vlan', value: 'blue' },
    ]);
  });

  test('that are incomplete or unknown are refused', () => {
    for (const words of ['', 'colour red', 'vlan', 'vlan blue or', 'vlan blue and', 'source vlan blue']) {
      expect(() => parseCriteria(words.split(' ').filter((word) => word !== ''))).toThrow(
        LogConfigurationError,
      );
    }
  });

  test('that are offered are those of the chosen events', () => {
    const all = {
      events: { component: 'STP', subComponent: 'InBPDU' },
      severities: ALL_SEVERITIES,
      threshold: false,
    };
    expect(relevantCriteria([stpComponent()], all)).toEqual([
      'ipaddress',
      'source ipaddress',
      'port',
      'ingress port',
      'string',
    ]);
    expect(relevantCriteria([stpComponent()], { ...all, severities: severityMask('error') })).toEqual([
      'port',
      'ingress port',
      'string',
    ]);
  });
});
