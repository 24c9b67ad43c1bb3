// A program with spans, made without an SDK: a request in which a query has ended, another has failed, and a third is open. It
// says `ready` and goes on as its argument says: `kill`, `wait` or `end`.
import { writeSync } from 'node:fs';
import { TraceBufferSpanProcessor } from '@tracebuf/otel-exporter';
import { TraceBuffer } from '@tracebuf/ring';

const [mode = 'end', size = '65536'] = process.argv.slice(2);
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const REQUEST = '00000000000000a1';
const OPEN = '00000000000000a4';
const processor = new TraceBufferSpanProcessor({ name: 'spans', size: Number(size) });
const log = new TraceBuffer('log', 65536);
const START = 1_767_322_800;

const resource = { attributes: { 'service.name': 'shop' } };
const instrumentationScope = { name: 'checkout' };

/** @param end Milliseconds after the request started. */
function span(name: string, spanId: string, start: number, end: number, more: object = {}) {
  return {
    name,
    kind: 0,
    spanContext: () => ({ traceId: TRACE, spanId, traceFlags: 1 }),
    parentSpanContext: spanId === REQUEST ? undefined : { traceId: TRACE, spanId: REQUEST, traceFlags: 1 },
    startTime: [START, start * 1e6] as [number, number],
    endTime: [START, end * 1e6] as [number, number],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...more,
  };
}

const line = (text: string, spanId: string) => log.appendInContext(1, 30, text, TRACE, spanId);
const start = (started: ReturnType<typeof span>) => processor.onStart(started, undefined as never);

start(span('GET /cart', REQUEST, 0, 0, { kind: 1, attributes: { 'http.request.method': 'GET' } }));
line('request came', REQUEST);
const query = span('query', '00000000000000a2', 1, 13.5, { kind: 2 });
start(query);
processor.onEnd(query);
const pay = span('pay\u001b[31m', '00000000000000a3', 20, 25);
start(pay);
processor.onEnd({
  ...pay,
  status: { code: 2 },
  events: [
    {
      name: 'exception',
      time: [START, 24e6],
      attributes: { 'exception.type': 'RangeError', 'exception.message': 'too much' },
    },
  ],
} as typeof pay);
start(span('render', OPEN, 30, 0));
line('rendering', OPEN);
line('of no span', 'ffffffffffffffff');
if (mode === 'many') {
  for (let i = 0; i < 2000; i++) {
    const other = {
      ...span('noise', i.toString(16).padStart(16, 'b'), 40, 41),
      parentSpanContext: undefined,
    };
    start(other);
    processor.onEnd({ ...other, status: { code: 2, message: 'x'.repeat(50) } });
  }
}
writeSync(1, 'ready\n');
if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
if (mode === 'wait') setInterval(() => undefined, 1000);
