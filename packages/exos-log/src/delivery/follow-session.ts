import type { LogConfiguration } from '../configuration.ts';
import { layOutLine } from '../line-layout.ts';
import type { LogTarget } from '../log-target.ts';
import { announceConfiguration } from '../system-log/configuration-file.ts';
import { closeSession, openSession } from '../system-log/sessions.ts';
import { ConfigurationWatch } from './configuration-watch.ts';
import type { DeliveryLine } from './delivery-line.ts';
import { IncidentFeed } from './incident-feed.ts';
import { presentProcesses } from './process-list.ts';
import { pause } from './syslog-deliverer.ts';
import { TargetPipeline } from './target-pipeline.ts';

/** A line for the terminal that asked. */
export interface SessionLine {
  /** As the target's format lays it out, without a newline; harmless to a terminal. */
  readonly text: string;
  /** What it says: an incident, repeats of one, or how many were lost. */
  readonly line: DeliveryLine;
}

/** What {@link followSession} may be told. */
export interface FollowSessionOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 20;
const UPDATE_MS = 250;
/** What was raised before the end is shown, and the first of two reads holds back what is younger than it. */
const READS_AFTER_END = 2;

/**
 * Opens a session and follows it: the incidents of all processes of this user from now on, as the target of the session
 * takes them. Processes store what it asks for as long as it is followed; leaving the loop, or the signal, ends it.
 *
 * ```ts
 * for await (const { text } of followSession(target, { signal })) console.log(text);
 * ```
 *
 * @param target Of kind `session`; it counts as enabled.
 * @throws LogConfigurationError, StorageError, InsecureDirectoryError where the session can't be opened.
 */
export async function* followSession(
  target: LogTarget,
  { signal = new AbortController().signal }: FollowSessionOptions = {},
): AsyncGenerator<SessionLine, void> {
  const own: LogTarget = { ...target, kind: 'session', enabled: true };
  const watch = new ConfigurationWatch();
  const pipeline = new TargetPipeline(configurationFor(watch, own), own);
  const feed = new IncidentFeed();
  try {
    feed.update(presentProcesses());
    // What is there already was raised before anybody asked.
    for (const _ of feed.read()) if (signal.aborted) return;
    openSession(own);
    announceConfiguration();
    let updated = performance.now();
    for (let readsLeft = READS_AFTER_END; readsLeft > 0; ) {
      if (signal.aborted) readsLeft--;
      if (watch.look()) pipeline.configure(configurationFor(watch, own), own);
      for (const item of feed.read()) {
        yield* pipeline.take(item).map((line) => ({ text: layOutLine(line, own.format), line }));
        pipeline.advance(item);
      }
      for (const line of pipeline.due()) {
        yield { text: layOutLine(line, own.format), line };
        pipeline.advance();
      }
      await pause(POLL_MS, signal);
      if (performance.now() - updated < UPDATE_MS) continue;
      updated = performance.now();
      feed.update(presentProcesses());
    }
    // Repeats that were held back are no more to come.
    for (const line of pipeline.due('flush')) {
      yield { text: layOutLine(line, own.format), line };
      pipeline.advance();
    }
  } finally {
    feed.close();
    closeSession();
    announceConfiguration();
  }
}

function configurationFor({ configuration }: ConfigurationWatch, own: LogTarget): LogConfiguration {
  return { ...configuration, targets: [own] };
}
