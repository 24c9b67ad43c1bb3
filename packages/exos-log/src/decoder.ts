/** Decoder of {@link RecordKind.INCIDENT} records; importing it registers it. */
import { registerDecoder } from '@tracebuf/ring';
import { incidentDecoder } from './system-log/incident-record.ts';

registerDecoder(incidentDecoder);

export { incidentDecoder };
