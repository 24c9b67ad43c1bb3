import { type ComponentDefinition, type ComponentProblem, readComponents } from '@tracebuf/exos-log';

/** The components that are known, and the files of theirs that could not be read. */
export interface KnownComponents {
  readonly components: readonly ComponentDefinition[];
  readonly problems: readonly ComponentProblem[];
}

let known: KnownComponents | undefined;

/** Reads what components this user's programs have declared; once, for a grammar and the program behind it. */
export function knownComponents(): KnownComponents {
  if (known === undefined) {
    const problems: ComponentProblem[] = [];
    known = { components: readComponents(problems), problems };
  }
  return known;
}
