import { expect, test } from 'vitest';
import { Fixture } from './support/fixture.ts';
import { newTraceDirectory } from './support/trace-directory.ts';

/*
 * An event that allocated even 16 bytes would fill the young generation (a few MiB, --max-semi-space-size=1) some fifty times over
 * three million events, and each time a scavenge would empty it. A few come from the start, from compiling, and from the
 * observer itself.
 */
const EVENTS = 3_000_000;
const MOST_SCAVENGES = 12;

async function scavenges(how: string, events: number): Promise<number> {
  const fixture = new Fixture(
    'many-events',
    newTraceDirectory(),
    [how, String(events)],
    ['--max-semi-space-size=1'],
  );
  const [line = ''] = await fixture.printed(/\{.*\}\n/);
  await fixture.end();
  console.log(`${how}: ${line.trim()}`);
  return (JSON.parse(line) as { readonly scavenges: number }).scavenges;
}

test.each(['built', 'declared', 'disabled'])(
  'events allocate nothing once warm: %s',
  { timeout: 300_000 },
  async (how) => {
    expect(await scavenges(how, EVENTS)).toBeLessThan(MOST_SCAVENGES);
  },
);

test('the number of scavenges tells an allocation: a third of the events, a third of the scavenges', {
  timeout: 300_000,
}, async () => {
  expect(await scavenges('allocates 16 bytes an event', EVENTS / 3)).toBeGreaterThan(MOST_SCAVENGES / 3);
});
