import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLineFormat } from '../src/line-format.ts';
import {
  encodeRfc3164,
  encodeRfc5424,
  frameByNewline,
  frameByOctets,
  SYSLOG_FACILITIES,
  type SyslogIncident,
} from '../src/syslog-message.ts';

const incident: SyslogIncident = {
  time: Date.UTC(2026, 0, 2, 3, 4, 5) * 1000 + 123_456,
  severity: 'error',
  component: 'example',
  condition: 'could_not_open',
  text: 'Unable to open some]file with "r"',
  process: 'web',
  pid: 4711,
  host: 'box',
  parameters: [
    { name: 'tgt', value: 'some]file' },
    { name: 'opt', value: 'say "r" \\' },
  ],
};

/** RFC 5424, read strictly. */
const MESSAGE =
  /^<(\d{1,3})>1 (\S{1,32}) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) (-|(?:\[[^\]"= ]{1,32}(?: [^\]"= ]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])+)(?: (.*))?$/su;

function elements(data: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  for (const [, id = '', values = ''] of data.matchAll(
    /\[([^\] ]+)((?: [^ =]+="(?:[^"\\\]]|\\.)*")*)\]/gsu,
  )) {
    found[id] = {};
    for (const [, name = '', value = ''] of values.matchAll(/ ([^ =]+)="((?:[^"\\\]]|\\.)*)"/gsu)) {
      found[id][name] = value.replaceAll(/\\(["\\\]])/g, '$1');
    }
  }
  return found;
}

describe('RFC 5424', { timeout: 60_000 }, () => {
  test('parameters are structured data', () => {
    const text = encodeRfc5424(incident, { facility: 16, sequenceId: 7 }).toString();
    expect(text).toBe(
      '<131>1 2026-01-02T03:04:05.123456Z box web 4711 example.could_not_open ' +
        '[tracebuf@32473 tgt="some\\]file" opt="say \\"r\\" \\\\"]' +
        '[condition@32473 id="example.could_not_open" component="example" severity="error"]' +
        '[meta sequenceId="7"] Unable to open some]file with "r"',
    );
  });

  test('whatever is in a name or a value, the message can be read and values come back', () => {
    const word = fc.string({ unit: 'binary', maxLength: 60 });
    fc.assert(
      fc.property(
        word,
        word,
        word,
        fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
        (host, process, text, value) => {
          const hostile = { ...incident, host, process, text, parameters: [{ name: 'p', value }] };
          const [, , , , , , , data = '', message = ''] =
            MESSAGE.exec(encodeRfc5424(hostile).toString()) ?? [];
          expect(elements(data)['tracebuf@32473']).toEqual({ p: value });
          expect(message).not.toMatch(/[\p{Cc}]/u);
        },
      ),
    );
  });

  test('a long message loses the end of its text, then whole parameters, never a part of an element', () => {
    fc.assert(
      fc.property(
        fc.nat(4000),
        fc.nat(4000),
        fc.integer({ min: 480, max: 2048 }),
        (text, value, maxLength) => {
          const parameters = [
            { name: 'short', value: 'x' },
            { name: 'long', value: 'é'.repeat(value) },
          ];
          const bytes = encodeRfc5424({ ...incident, text: '😀'.repeat(text), parameters }, { maxLength });
          expect(bytes.length).toBeLessThanOrEqual(maxLength);
          const written = bytes.toString();
          expect(written).not.toContain('\ufffd');
          expect(written).toMatch(MESSAGE);
          expect(written).toContain('short="x"');
        },
      ),
    );
  });

  test('what is missing is a hyphen; long fields are cut', () => {
    const { host: _host, process: _process, pid: _pid, ...bare } = incident;
    expect(encodeRfc5424({ ...bare, parameters: [] }).toString()).toMatch(
      / - - - example\.could_not_open \[condition@/,
    );
    const long = encodeRfc5424({
      ...incident,
      process: 'x'.repeat(100),
      condition: 'y'.repeat(100),
    }).toString();
    expect(long).toMatch(MESSAGE);
    expect(long).toContain(`id="example.${'y'.repeat(100)}"`);
  });

  test('a byte order mark comes only where it is asked for and the text is not ASCII', () => {
    expect(encodeRfc5424({ ...incident, text: 'Größe' }).toString()).not.toContain('\ufeff');
    expect(encodeRfc5424({ ...incident, text: 'Größe' }, { byteOrderMark: true }).toString()).toContain(
      ' \ufeffGröße',
    );
    expect(encodeRfc5424(incident, { byteOrderMark: true }).toString()).not.toContain('\ufeff');
  });
});

describe('RFC 3164', () => {
  test('the line has priority, time, host, tag, severity and name', () => {
    const format = parseLineFormat(
      'timestamp seconds date Mmm-dd event-name condition severity priority host-name tag-name tag-id',
    );
    expect(encodeRfc3164(incident, { format, utc: true }).toString()).toBe(
      '<131>Jan  2 03:04:05 box web[4711]: <Erro:example.could_not_open> Unable to open some]file with "r"',
    );
    expect(encodeRfc3164(incident, { utc: true, facility: SYSLOG_FACILITIES.local7 ?? 0 }).toString()).toBe(
      '<187>Jan  2 03:04:05 box web: <Erro:example.could_not_open> Unable to open some]file with "r"',
    );
  });

  test('every severity has its number', () => {
    const severities = [
      'critical',
      'error',
      'warning',
      'notice',
      'info',
      'debug-summary',
      'debug-data',
    ] as const;
    const priorities = severities.map((severity) =>
      /^<(\d+)>/.exec(encodeRfc3164({ ...incident, severity }, { facility: 0 }).toString())?.at(1),
    );
    expect(priorities).toEqual(['2', '3', '4', '5', '6', '7', '7']);
  });

  test('host and tag cannot break the line, and 1024 bytes are enough', () => {
    const hostile = { ...incident, host: 'a b\nc', process: 'x: <0>y[1]', text: 'é'.repeat(2000) };
    const bytes = encodeRfc3164(hostile, { utc: true });
    expect(bytes.length).toBeLessThanOrEqual(1024);
    expect(bytes.toString()).toMatch(
      /^<131>Jan {2}2 03:04:05 a_b_c x___0_y_1_: <Erro:example.could_not_open> é+$/,
    );
  });
});

describe('framing', () => {
  test('octet counting counts bytes', () => {
    const message = Buffer.from('<1>é');
    expect(frameByOctets(message).toString()).toBe('5 <1>é');
    expect(frameByNewline(message).toString()).toBe('<1>é\n');
  });
});
