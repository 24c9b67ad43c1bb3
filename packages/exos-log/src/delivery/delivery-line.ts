import { hostname } from 'node:os';
import type { TraceRecord } from '@tracebuf/ring';
import { type ComponentDefinition, defineComponent } from '../component.ts';
import { type ConditionDefinition, defineCondition } from '../condition.ts';
import type { RepeatSummary } from '../repeat-suppression.ts';
import type { SyslogIncident } from '../syslog-message.ts';
import type { IncidentDetail } from '../system-log/incident-detail.ts';
import type { Incident } from '../system-log/message-log.ts';

/** What a target is to show: an incident, or a word of ours about incidents. */
export interface DeliveryLine extends SyslogIncident {
  /** An incident, how often the last one was repeated, or how many were lost. */
  readonly kind: 'incident' | 'repeats' | 'lost';
  /** The incident that it is, or that was repeated. */
  readonly incident?: Incident;
  /** How many were repeated or lost. */
  readonly count?: number;
}

const COMPONENT = 'tracebuf';

const LOST: ConditionDefinition = defineCondition(
  COMPONENT,
  'delivery',
  'lost',
  '%count% incidents were lost before they could be delivered',
  {
    params: [{ name: 'count', type: 'number' }],
    severity: 'warning',
    cause: 'They were overwritten in memory while the target took nothing, or nobody delivered.',
    action:
      'Raise the number of messages of the memory-buffer target, or let "trace-cli forward --syslog" run.',
  },
);

/** The component under which delivery speaks of itself. */
export const DELIVERY_COMPONENT: ComponentDefinition = {
  ...defineComponent(COMPONENT, 'Delivery of the system log', { formatVersion: 1 }),
  subComponents: [{ name: 'delivery', title: 'Delivery of incidents to targets' }],
  conditions: [LOST],
};

const HOST = hostname();

/** The line of an incident. @param ring The ring that it is in. */
export function incidentLine(record: TraceRecord, detail: IncidentDetail, ring: string): DeliveryLine {
  const { component, condition, values } = detail;
  return {
    kind: 'incident',
    time: record.time,
    severity: condition.severity,
    component: component.name,
    subComponent: condition.subComponent,
    condition: condition.name,
    text: record.message,
    process: record.process,
    pid: record.pid,
    host: HOST,
    recordId: `${ring}.${record.seq}`,
    parameters: condition.parameters.flatMap(({ name }, index) => {
      const value = values[index];
      return value === undefined ? [] : [{ name, value }];
    }),
    incident: { ...detail, record },
  };
}

/** The line that stands for repeats. */
export function repeatsLine({ entry, time, text, count }: RepeatSummary<DeliveryLine>): DeliveryLine {
  const { recordId: _recordId, ...about } = entry;
  return {
    ...about,
    kind: 'repeats',
    time,
    text,
    count,
    parameters: [{ name: 'repeated', value: String(count) }],
  };
}

/** The line that says how many incidents were lost. @param time In microseconds since 1970. */
export function lostLine(count: number, time: number, process: string): DeliveryLine {
  return {
    kind: 'lost',
    time,
    severity: LOST.severity,
    component: COMPONENT,
    subComponent: LOST.subComponent,
    condition: LOST.name,
    text: LOST.text.replace('%count%', String(count)),
    process,
    host: HOST,
    count,
    parameters: [{ name: 'count', value: String(count) }],
  };
}
