import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLineFormat } from '../src/line-format.ts';
import { layOutLine } from '../src/line-layout.ts';
import { RepeatSuppression, repeatKey } from '../src/repeat-suppression.ts';

const SECOND = 1_000_000;

describe('repeat suppression', () => {
  test('the line of a real switch is reproduced', () => {
    const suppression = new RepeatSuppression<string>({ interval: 600 * SECOND });
    const last = Date.UTC(2016, 8, 19, 15, 0, 43, 190) * 1000;
    const first = last - 210 * SECOND;
    expect(suppression.next('upmMsgExshLaunch', 'k', first - 30 * SECOND)).toEqual({ show: true });
    // Eight repeats every 30 s: 210 s from the first to the last.
    for (let n = 0; n < 8; n++) suppression.next('upmMsgExshLaunch', 'k', first + n * 30 * SECOND);
    const { summary, show } = suppression.next('other', 'o', last + SECOND);
    if (summary === undefined) throw new Error('no summary');
    expect(show).toBe(true);
    const line = layOutLine(
      {
        time: summary.time,
        severity: 'notice',
        component: 'UPM',
        subComponent: 'Msg',
        condition: summary.entry,
        text: summary.text,
      },
      parseLineFormat('timestamp hundredths date mm/dd/yyyy event-name condition process-slot severity'),
      { utc: true, emptySlot: true },
    );
    expect(line).toBe(
      '09/19/2016 15:00:43.19 <Noti:UPM.Msg.upmMsgExshLaunch> : Previous message repeated 8 additional times in the last 210 second(s)',
    );
  });

  test('repeats are summed up after 60 s at the latest, also while they go on', () => {
    const suppression = new RepeatSuppression<string>();
    suppression.next('a', 'k', 0);
    expect(suppression.due).toBeUndefined();
    suppression.next('a', 'k', 10 * SECOND);
    suppression.next('a', 'k', 20 * SECOND);
    expect(suppression.due).toBe(70 * SECOND);
    expect(suppression.tick(69 * SECOND)).toBeUndefined();
    const { summary, show } = suppression.next('a', 'k', 71 * SECOND);
    expect(show).toBe(false);
    expect(summary).toMatchObject({ count: 2, time: 20 * SECOND });
    expect(suppression.tick(131 * SECOND)).toMatchObject({ count: 1, time: 71 * SECOND });
    expect(suppression.tick(1000 * SECOND)).toBeUndefined();
  });

  test('the end sums up what is left', () => {
    const suppression = new RepeatSuppression<string>();
    suppression.next('a', 'k', 0);
    expect(suppression.flush()).toBeUndefined();
    suppression.next('a', 'k', SECOND);
    expect(suppression.flush()?.text).toBe(
      'Previous message repeated 1 additional times in the last 0 second(s)',
    );
    expect(suppression.flush()).toBeUndefined();
  });

  test('an incident with other parameters is no repeat', () => {
    expect(repeatKey('a.b', ['x', 'y'])).not.toBe(repeatKey('a.b', ['x,y']));
    expect(repeatKey('a.b', ['1'])).not.toBe(repeatKey('a.c', ['1']));
  });

  test('nothing gets lost: what is shown and what is summed up are all there was', () => {
    const entries = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 100 })), {
      maxLength: 50,
    });
    fc.assert(
      fc.property(entries, (all) => {
        const suppression = new RepeatSuppression<string>();
        let time = 0;
        let told = 0;
        for (const [entry, pause] of all) {
          time += pause * SECOND;
          const { show, summary } = suppression.next(entry, entry, time);
          told += (show ? 1 : 0) + (summary?.count ?? 0);
        }
        expect(told + (suppression.flush()?.count ?? 0)).toBe(all.length);
      }),
    );
  });
});
