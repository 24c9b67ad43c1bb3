import { describe, expect, test } from 'vitest';
import {
  DEFAULT_LINE_FORMAT,
  formatWords,
  nextFormatWords,
  parseLineFormat,
  SYSLOG_LINE_FORMAT,
} from '../src/line-format.ts';
import { describeFormat, type LineLayout, type LogLine, layOutLine } from '../src/line-layout.ts';

/** A time in UTC, to the hundredth. */
function at(text: string): number {
  return Date.parse(`${text}Z`) * 1000;
}

function show(line: LogLine, words: string, layout: LineLayout = {}): string {
  return layOutLine(line, parseLineFormat(words), { utc: true, ...layout });
}

const DEFAULT = formatWords(DEFAULT_LINE_FORMAT);
const powered: LogLine = {
  time: at('2004-06-25T22:49:10.630'),
  severity: 'info',
  component: 'dm',
  condition: 'Info',
  text: 'PowerSupply:4 Powered On',
};

describe('log lines', () => {
  test('the printed examples are reproduced to the character', () => {
    const resolve: LogLine = {
      time: at('2003-05-29T12:15:25.000'),
      severity: 'warning',
      component: 'SNTP',
      condition: 'RslvSrvrFail',
      text: 'The SNTP server parameter value (TheWrongServer.example.com) can not be resolved.',
    };
    expect(show(resolve, DEFAULT)).toBe(
      '05/29/2003 12:15:25.00 <Warn:SNTP.RslvSrvrFail> The SNTP server parameter value (TheWrongServer.example.com) can not be resolved.',
    );
    expect(show({ ...powered, slot: 'MSM-A' }, DEFAULT)).toBe(
      '06/25/2004 22:49:10.63 <Info:dm.Info> MSM-A: PowerSupply:4 Powered On',
    );
    expect(show(powered, 'timestamp seconds date mm/dd/yyyy event-name component')).toBe(
      '06/25/2004 22:49:10 <dm> PowerSupply:4 Powered On',
    );
    const source = { file: 'dm.c', line: 134 };
    expect(
      show(
        { ...powered, condition: 'info', process: 'devmgr', source },
        'timestamp hundredths date Mmm-dd event-name condition source-line process-name',
      ),
    ).toBe('Jun 25 22:49:10.63 <dm.info> devmgr: (dm.c:134) PowerSupply:4 Powered On');
    const lldp: LogLine = {
      time: at('2020-05-02T17:34:16.150'),
      severity: 'notice',
      component: 'UPM',
      subComponent: 'Msg',
      condition: 'LLDPDevDetected',
      slot: 'Slot-1',
      text: 'LLDP Device detected. ...',
    };
    expect(show(lldp, DEFAULT)).toBe(
      '05/02/2020 17:34:16.15 <Noti:UPM.Msg.LLDPDevDetected> Slot-1: LLDP Device detected. ...',
    );
    const linkUp: LogLine = {
      time: at('2015-11-20T10:15:30.130'),
      severity: 'info',
      component: 'vlan',
      subComponent: 'msgs',
      condition: 'portLinkStateUp',
      text: 'Port 9 link UP at speed 1 Gbps and full-duplex',
    };
    expect(show(linkUp, DEFAULT, { emptySlot: true })).toBe(
      '11/20/2015 10:15:30.13 <Info:vlan.msgs.portLinkStateUp> : Port 9 link UP at speed 1 Gbps and full-duplex',
    );
    const login: LogLine = {
      time: at('2021-12-23T14:07:14.740'),
      severity: 'info',
      component: 'AAA',
      condition: 'authPass',
      text: 'Login passed for user admin through serial',
    };
    expect(show(login, DEFAULT)).toBe(
      '12/23/2021 14:07:14.74 <Info:AAA.authPass> Login passed for user admin through serial',
    );
  });

  test('debug severities have the tags Summ, Verb and Data', () => {
    const tags = (['debug-summary', 'debug-verbose', 'debug-data', 'critical', 'error'] as const).map(
      (severity) => show({ ...powered, severity }, 'severity'),
    );
    expect(tags.map((line) => line.slice(0, 6))).toEqual(['<Summ>', '<Verb>', '<Data>', '<Crit>', '<Erro>']);
  });

  test('hundredths are cut, not rounded, and every time has a line', () => {
    expect(show({ ...powered, time: at('2004-06-25T22:49:59.999') }, 'timestamp hundredths')).toMatch(
      /^22:49:59\.99 /,
    );
    expect(show({ ...powered, time: Number.NaN }, 'timestamp seconds date yyyy-mm-dd')).toMatch(
      /^1970-01-01 00:00:00 /,
    );
  });

  test('nothing in a line can forge another or move a cursor', () => {
    const hostile: LogLine = {
      ...powered,
      component: 'd\u001b[31mm',
      host: 'h\r\nx',
      process: 'p\u202e',
      text: 'a\n05/29/2003 12:15:25.00 <Crit:x.y> forged \u001b[2J \0 \u2028 \u202e \u009b end',
    };
    const line = show(hostile, 'timestamp seconds host-name process-name severity event-name condition');
    expect(line).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    expect(line).toContain('a\\n05/29/2003');
    expect(line).toContain('\\x1b[2J');
  });
});

describe('line formats', () => {
  test('words are read back as they were written', () => {
    for (const format of [DEFAULT_LINE_FORMAT, SYSLOG_LINE_FORMAT]) {
      expect(parseLineFormat(formatWords(format))).toEqual(format);
    }
    expect(formatWords(DEFAULT_LINE_FORMAT)).toBe(
      'timestamp hundredths date mm/dd/yyyy event-name condition process-slot severity',
    );
  });

  test('items that are not named are off', () => {
    const format = parseLineFormat('event-name condition');
    expect(format).toMatchObject({
      timestamp: 'none',
      date: 'none',
      severity: false,
      eventName: 'condition',
    });
  });

  test('words are abbreviated and read in any case', () => {
    expect(parseLineFormat(['TIME', 'Sec', 'DATE', 'mmm-dd', 'sev'])).toMatchObject({
      timestamp: 'seconds',
      date: 'Mmm-dd',
      severity: true,
    });
  });

  test('mm-dd-yyyy prints dashes, and slashes where an old configuration is read', () => {
    expect(show(powered, 'date mm-dd-yyyy')).toMatch(/^06-25-2004 /);
    expect(parseLineFormat('date mm-dd-yyyy', { slashes: true }).date).toBe('mm/dd/yyyy');
  });

  test('words that mean nothing, or several things, say what would do', () => {
    expect(() => parseLineFormat('colour')).toThrow('"colour" is no format item; write "timestamp"');
    expect(() => parseLineFormat('timestamp')).toThrow('form of timestamp is missing; write "seconds"');
    expect(() => parseLineFormat('tag')).toThrow('could be "tag-id" or "tag-name"');
    expect(() => parseLineFormat('date tomorrow')).toThrow('"tomorrow" is no form of date');
  });

  test('the next words are known', () => {
    expect(nextFormatWords(['timestamp'])).toEqual(['seconds', 'hundredths', 'none']);
    expect(nextFormatWords(['timestamp', 'seconds'])).not.toContain('timestamp');
    expect(nextFormatWords([])).toContain('host-name');
  });

  test('formats are described as listings show them', () => {
    expect(describeFormat(DEFAULT_LINE_FORMAT)).toBe(
      'MM/DD/YYYY HH:MM:SS.hh <Severity:Component.SubComponent.Condition>',
    );
    expect(describeFormat(SYSLOG_LINE_FORMAT)).toBe(
      '<priority>Mmm DD HH:MM:SS host tag: <Severity:Component.SubComponent.Condition>',
    );
    expect(describeFormat(parseLineFormat('date dd-Mmm-yyyy'))).toBe('DD-Mmm-YYYY');
  });
});
