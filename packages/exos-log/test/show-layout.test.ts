import { describe, expect, test } from 'vitest';
import { FACTORY_CONFIGURATION } from '../src/configuration.ts';
import { addSyslog } from '../src/configure-target.ts';
import { addToFilter, deleteFromFilter } from '../src/filter-edit.ts';
import { thresholdOf } from '../src/inclusion.ts';
import {
  type ConditionCounters,
  layOutComponents,
  layOutCounters,
  layOutEvents,
  layOutFilter,
  layOutLogFooter,
  layOutTargets,
} from '../src/show-layout.ts';
import { conditionOf, stpComponent } from './fixtures/stp.ts';

const stp = stpComponent();
const listed = (name: string) => ({ component: 'STP', condition: conditionOf(stp, name) });

describe('listings, to the character', () => {
  test('show log components', () => {
    const listing = {
      components: [stp],
      thresholdOf: (component: typeof stp, sub: string | undefined) =>
        thresholdOf(FACTORY_CONFIGURATION, component, sub),
    };
    expect(layOutComponents(listing)).toBe(
      `${`
                                                                   Severity
Component           Title                                          Threshold
------------------- ---------------------------------------------- -------------
STP                 Spanning-Tree Protocol (STP)                   Error
  InBPDU            STP In BPDU subcomponent                       Warning
  OutBPDU           STP Out BPDU subcomponent                      Warning
  System            STP System subcomponent                        Error
`.slice(1)}`,
    );
    expect(layOutComponents({ ...listing, version: true })).toContain(
      'STP                 Spanning-Tree Protocol (STP)                   Error         3.1\n',
    );
  });

  test('show log events', () => {
    const names = ['Drop', 'Dump', 'Trace', 'Ign', 'Mismatch'].map((name) => listed(`InBPDU.${name}`));
    expect(layOutEvents(names)).toBe(
      `${`
Comp    SubComp     Condition               Severity      Parameters
------- ----------- ----------------------- ------------- ----------
STP     InBPDU      Drop                    Error         2 total
STP     InBPDU      Dump                    Debug-Data    3 total
STP     InBPDU      Trace                   Debug-Verbose 2 total
STP     InBPDU      Ign                     Debug-Summary 2 total
STP     InBPDU      Mismatch                Warning       2 total
`.slice(1)}`,
    );
  });

  test('show log events details', () => {
    expect(layOutEvents([listed('InBPDU.Drop'), listed('CreatPortMsgFail')], { details: true })).toBe(
      `${`
Comp    SubComp     Condition               Severity      Parameters
------- ----------- ----------------------- ------------- ----------
STP     InBPDU      Drop                    Error         2 total
                                            0 - port (ingress port)
                                            1 - reason (string)
                                            Port %port%: dropped, %reason%
                                            Cause : A BPDU was malformed.
                                            Action: Check the neighbour.
STP                 CreatPortMsgFail        Error         1 total
                                            0 - count (number)
                                            Cannot create %count% messages
`.slice(1)}`,
    );
  });

  test('show log counters', () => {
    const counters: ConditionCounters[] = [
      { ...listed('InBPDU.Drop'), occurred: 12, included: true, notified: 12 },
      { ...listed('InBPDU.Ign'), occurred: 40, included: false, notified: 0 },
      { ...listed('InBPDU.Mismatch'), occurred: 0, included: true, notified: 0 },
    ];
    expect(layOutCounters(counters)).toBe(
      `${`
Comp    SubComp     Condition               Severity      Occurred In Notified
------- ----------- ----------------------- ------------- -------- -- --------
STP     InBPDU      Drop                    Error               12 Y        12
STP     InBPDU      Ign                     Debug-Summary       40 N         0
STP     InBPDU      Mismatch                Warning              0 Y         0

Occurred   : # of times this event has occurred since last clear or restart
Flags      : (*) not all processes reported their counts in time
In(cluded) : Y if one or more enabled targets include this event
Notified   : # of times this event has occurred while Included was Y
`.slice(1)}`,
    );
    const [drop] = counters;
    if (drop === undefined) throw new Error('no counters');
    expect(layOutCounters([{ ...drop, incomplete: true }])).toContain('Error              12* Y       12*\n');
  });

  test('columns are as wide as the names of one’s own components need, in every row', () => {
    const own = { ...listed('InBPDU.Drop'), component: 'OrderService' };
    const counters: ConditionCounters[] = [
      { ...own, occurred: 12, included: true, notified: 1_234_567_890 },
      { ...listed('InBPDU.Ign'), occurred: 40, included: false, notified: 0 },
    ];
    expect(layOutCounters(counters)).toContain(
      `${`
Comp         SubComp     Condition               Severity      Occurred In Notified
------------ ----------- ----------------------- ------------- -------- -- ----------
OrderService InBPDU      Drop                    Error               12 Y  1234567890
STP          InBPDU      Ign                     Debug-Summary       40 N           0
`.slice(1)}`,
    );
    expect(layOutEvents([own, listed('InBPDU.Ign')])).toContain(
      'OrderService InBPDU      Drop                    Error         2 total\n' +
        'STP          InBPDU      Ign                     Debug-Summary 2 total\n',
    );
    const details = layOutEvents([own], { details: true }).split('\n');
    expect(details[3]?.indexOf('0 - port')).toBe(details[2]?.indexOf('Error'));
    const long = { ...stp, name: 'OrderServiceOfTheShop' };
    const [, , rules, name] = layOutComponents({ components: [long], thresholdOf: () => 'error' }).split(
      '\n',
    );
    expect(name?.indexOf(stp.title)).toBe((rules?.indexOf(' ') ?? 0) + 1);
  });

  test('show log configuration target', () => {
    expect(layOutTargets(FACTORY_CONFIGURATION.targets.slice(0, 1), false)).toBe(
      `${`
Debug-Mode: Disabled

Log Target      : memory-buffer
    Enabled     : yes
    Filter Name : DefaultFilter
    Match regex : Any
    Severity    : Debug-Data (through Critical)
    Format      : MM/DD/YYYY HH:MM:SS.hh <Severity:Component.SubComponent.Condition>
    Buffer size : 1000 messages
`.slice(1)}`,
    );
    const { targets } = addSyslog(FACTORY_CONFIGURATION, {
      host: '10.0.0.1',
      port: 514,
      facility: 'local0',
      transport: 'udp',
      protocol: 'rfc5424',
    });
    const text = layOutTargets(targets, true);
    expect(text).toContain('Debug-Mode: Enabled\n');
    expect(text).toContain('Log Target      : syslog 10.0.0.1:514 local0\n    Enabled     : no\n');
    expect(text).toContain('    Protocol    : rfc5424 over udp\n');
  });

  test('show log configuration filter, with parameters, single conditions and what was deleted', () => {
    let filter = addToFilter(
      { name: 'busy', items: [] },
      { events: { component: 'STP' }, severity: 'debug-data' },
    ).filter;
    filter = addToFilter(filter, {
      events: { component: 'STP', condition: 'CreatPortMsgFail' },
      exclude: true,
    }).filter;
    filter = addToFilter(filter, {
      events: {},
      severity: 'error',
      only: true,
      match: {
        strict: true,
        criteria: [
          { type: 'ipaddress', role: 'source', value: '10.0.0.1' },
          { type: 'vlan-tag', value: '7' },
        ],
      },
    }).filter;
    filter = deleteFromFilter(filter, {
      events: { component: 'STP', subComponent: 'InBPDU' },
      severity: 'info',
    }).filter;
    expect(layOutFilter(filter, { debugMode: false, severityOf: () => 'error' })).toBe(
      `${`
Log Filter Name : busy
I/                                            Severity Match
E Comp    SubComp     Condition               CEWNISVD Strict Parameter(s)
- ------- ----------- ----------------------- -------- ------ ----------------------------
I All     *           *                       -E------ Y      S-IP 10.0.0.1, VID 7
- STP     InBPDU      *                       -E------
E STP                 CreatPortMsgFail        -E------
I STP     *           *                       CEWNI+++
- STP     InBPDU      *                       CEWNI---
`.slice(1)}`,
    );
  });

  test('the footer', () => {
    expect(layOutLogFooter(12)).toBe('\nA total of 12 log messages were displayed.\n');
  });

  test('wide and hostile names stay on their line', () => {
    const condition = { ...conditionOf(stp, 'InBPDU.Drop'), name: 'ANameThatIsWiderThanItsColumn' };
    const text = layOutEvents([{ component: 'A\nB\u001b[1m', condition }]);
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('A\\nB\\x1b[1m InBPDU      ANameThatIsWiderThanItsColumn Error         2 total');
  });
});
