import type { CommandSpec } from '../command.ts';
import {
  batchValue,
  collectorUrl,
  headerValue,
  protocolValue,
  timeoutValue,
} from '../forward-otlp/otlp-options.ts';

export const forwardCommand: CommandSpec = {
  words: ['forward'],
  summary: 'deliver what processes have to say to syslog servers or an OpenTelemetry collector until stopped',
  details: `--syslog delivers what all processes of this user have raised and raise, live and dead, to the enabled syslog targets.
Programs do so by themselves, one for all, as long as one of them runs; they step back before this command, and take over when
it ends. What changes in the configuration meanwhile is obeyed. A server that is not there is tried again and again; what is
overwritten in memory until it is back is counted, and the server is told. "trace-cli show log delivery" tells how it stands,
also later.

--otlp sends spans, logs and incidents of all processes to a collector by OTLP over HTTP, and goes on where it stopped when it is
started again, also after kill -9. While the collector can't be reached it tries again; what is overwritten meanwhile is counted,
and the collector is told. Spans that a process has left open when it died are sent when it has. Headers with secrets are better
in OTEL_EXPORTER_OTLP_HEADERS, as name=value,name=value.

With --db it sends what a database of "trace-cli record" holds, then ends; what was sent of the same processes before is not sent
again. With --once and --db the exit code is 1 where the collector could not be reached or has refused records for good.

Ctrl-C ends it; what is on its way goes out first.`,
  operands: [],
  options: [
    { flags: '--syslog', description: 'to the enabled syslog targets' },
    {
      flags: '--otlp <url>',
      description: 'to this OpenTelemetry collector: http://localhost:4318',
      parse: collectorUrl,
    },
    {
      flags: '--protocol <name>',
      description: 'with --otlp: protobuf (default) or json',
      parse: protocolValue,
      completes: ['protobuf', 'json'],
    },
    {
      flags: '--header <name=value>',
      description: 'with --otlp: a header of each request; may be given again',
      parse: headerValue,
    },
    { flags: '--gzip', description: 'with --otlp: compress requests' },
    {
      flags: '--ca <file>',
      description: 'with --otlp: certificates to trust instead of the usual ones, PEM',
    },
    { flags: '--cert <file>', description: 'with --otlp: our certificate, PEM' },
    { flags: '--key <file>', description: 'with --otlp: the key that goes with it, PEM' },
    {
      flags: '--timeout <time>',
      description: 'with --otlp: how long a request may take (default: 10s)',
      parse: timeoutValue,
    },
    {
      flags: '--batch <count>',
      description: 'with --otlp: most records in a request (default: 512)',
      parse: batchValue,
    },
    { flags: '--once', description: 'with --otlp: send what is there, then end' },
    { flags: '--db <file>', description: 'with --otlp: send what this database holds instead, then end' },
    { flags: '--quiet', description: 'say only what went wrong' },
    { flags: '--json', description: 'when it ends, JSON objects with what was delivered' },
  ],
  examples: [
    ['forward --syslog', 'deliver the system log until Ctrl-C'],
    ['forward --otlp http://localhost:4318', 'send everything to a collector on this host until Ctrl-C'],
    ['forward --otlp http://localhost:4318 --db crash.sqlite', 'send what was recorded'],
    ['forward --otlp https://otlp.example.com --ca ca.pem --once', 'send what the buffers hold now'],
  ],
  load: async () => (await import('./forward.ts')).forward,
};
