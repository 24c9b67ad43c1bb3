import { describe, expect, test } from 'vitest';
import { KeyDecoder, pastedText } from '../../src/view/terminal/key-decoder.ts';

const ESC = '\u001b';

function decode(...pieces: (string | Buffer)[]): string[] {
  const decoder = new KeyDecoder();
  const keys = pieces.flatMap((piece) => decoder.push(Buffer.from(piece)));
  return [...keys, ...decoder.flush()];
}

describe('keys', () => {
  test.each([
    ['a', ['a']],
    ['qé日😀', ['q', 'é', '日', '😀']],
    ['\r\n\t\b\u007f', ['<enter>', '<enter>', '<tab>', '<backspace>', '<backspace>']],
    ['\u0003\u001a\u0000', ['<ctrl-c>', '<ctrl-z>']],
    [`${ESC}[A${ESC}[B${ESC}[C${ESC}[D`, ['<up>', '<down>', '<right>', '<left>']],
    [`${ESC}OA${ESC}OH${ESC}OF`, ['<up>', '<home>', '<end>']],
    [
      `${ESC}[5~${ESC}[6~${ESC}[3~${ESC}[1~${ESC}[4~`,
      ['<pageup>', '<pagedown>', '<delete>', '<home>', '<end>'],
    ],
    [`${ESC}[1;5C${ESC}[5;2~${ESC}[Z`, ['<right>', '<pageup>', '<backtab>']],
    [`${ESC}x`, ['<escape>', 'x']],
    [ESC, ['<escape>']],
    [`${ESC}${ESC}[A`, ['<escape>', '<up>']],
    [`${ESC}[<35;10;10Mq${ESC}OM`, ['q', '<enter>']],
    [`${ESC}[200~two words${ESC}[201~x`, ['<paste>two words', 'x']],
    [`${ESC}[99~${ESC}[?1;2cq`, ['q']],
  ])('%j', (bytes, keys) => {
    expect(decode(bytes)).toEqual(keys);
  });

  test('come whole, however their bytes are cut', () => {
    const text = `a${ESC}[1;5C日${ESC}OB${ESC}[200~pasted ${ESC}[3 text${ESC}[201~😀${ESC}[6~z`;
    const bytes = Buffer.from(text);
    const whole = decode(bytes);
    expect(whole).toEqual([
      'a',
      '<right>',
      '日',
      '<down>',
      `<paste>pasted ${ESC}[3 text`,
      '😀',
      '<pagedown>',
      'z',
    ]);
    for (let at = 1; at < bytes.length; at++) {
      expect(decode(bytes.subarray(0, at), bytes.subarray(at)), `cut at ${at}`).toEqual(whole);
    }
    expect(decode(...Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  test('that never end do not pile up', () => {
    const decoder = new KeyDecoder();
    for (let at = 0; at < 1000; at++) decoder.push(Buffer.from(at === 0 ? `${ESC}[` : '0;0;0;0;0;'));
    decoder.flush();
    expect(decoder.isWaiting).toBe(false);
    const paste = new KeyDecoder();
    paste.push(Buffer.from(`${ESC}[200~${'x'.repeat(100_000)}`));
    expect(paste.flush().length).toBeGreaterThan(0);
    expect(paste.isWaiting).toBe(false);
  });

  test('tell a paste from what only looks like one', () => {
    expect(pastedText('<paste>text')).toBe('text');
    expect(pastedText('<')).toBeUndefined();
    expect(decode('<paste>x')).toHaveLength(8);
  });
});
