import { expect, test } from 'vitest';
import { cutLine, lineText, lineWidth, parseStyled, plainLine, restyle } from '../../src/view/styled-line.ts';
import { ScreenWriter } from '../../src/view/terminal/screen-writer.ts';

const ESC = '\u001b';

test('only lines that have changed are sent', () => {
  const writer = new ScreenWriter();
  const [one, two, three] = [plainLine('one'), plainLine('two'), plainLine('three', '7')];
  const first = writer.draw({ lines: [one, two] });
  expect(first).toBe(`${ESC}[?25l${ESC}[2J${ESC}[1;1H${ESC}[Kone${ESC}[2;1H${ESC}[Ktwo`);
  expect(writer.draw({ lines: [one, two] })).toBe('');
  expect(writer.draw({ lines: [one, three] })).toBe(`${ESC}[?25l${ESC}[2;1H${ESC}[K${ESC}[7mthree${ESC}[0m`);
  expect(writer.draw({ lines: [one, three], cursor: { row: 1, column: 2 } })).toContain(
    `${ESC}[2;3H${ESC}[?25h`,
  );
  writer.forget();
  expect(writer.draw({ lines: [one, three] })).toContain('one');
});

test('styles of a text are taken apart and cut by columns', () => {
  const line = parseStyled(`${ESC}[2mtime${ESC}[22m ${ESC}[41m${ESC}[37mFATAL${ESC}[39m${ESC}[49m 日本`);
  expect(line).toEqual([
    { text: 'time', style: '2' },
    { text: ' ', style: '' },
    { text: 'FATAL', style: '41;37' },
    { text: ' 日本', style: '' },
  ]);
  expect(lineWidth(line)).toBe(15);
  for (let from = 0; from < 20; from++) {
    for (let width = 1; width < 20; width++) {
      expect(lineWidth(cutLine(line, from, width)), `${from} ${width}`).toBeLessThanOrEqual(width);
    }
  }
  expect(lineText(cutLine(line, 0, 8))).toBe('time FA…');
  expect(lineText(cutLine(line, 2, 30))).toBe('…e FATAL 日本');
  expect(
    restyle(line, [[2, 6]], 'X')
      .filter(({ style }) => style === 'X')
      .map(({ text }) => text)
      .join(''),
  ).toBe('me F');
});
