import { isMissing, listNames, readSmallFile, replaceSmallFile, writerName } from '@tracebuf/ring/files';
import type { ComponentDefinition } from '../component.ts';
import { parseComponentDefinition } from '../configuration-schema.ts';
import { sameName } from '../event-name.ts';
import { inLogPart } from './log-directory.ts';

/** Most bytes of one component's definition, and most components that are looked at. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_COMPONENTS = 10_000;

const FILE_NAME = /^([A-Za-z][\w-]*)\.json$/;

/**
 * Writes the definition of a component to the catalog of this user, unless it stands there already. The catalog
 * outlives the processes; the definition that was written last stands.
 *
 * @throws StorageError, InsecureDirectoryError
 */
export function saveComponent(component: ComponentDefinition): void {
  const text = `${JSON.stringify(component)}\n`;
  inLogPart('components', true, (directory) => {
    const name = `${component.name.toLowerCase()}.json`;
    try {
      if (readSmallFile(directory, name, MAX_BYTES) === text) return;
    } catch {
      // Missing, too long, or not to be read: written anew.
    }
    replaceSmallFile(directory, name, text, writerName());
  });
}

/** A definition that could not be read, and why. */
export interface ComponentProblem {
  readonly path: string;
  readonly error: Error;
}

/** Every component that this user's processes have ever registered, by name. */
export function readComponents(problems: ComponentProblem[] = []): ComponentDefinition[] {
  const components =
    inLogPart('components', false, (directory) =>
      listNames(directory, MAX_COMPONENTS).flatMap((name) => {
        if (!FILE_NAME.test(name)) return [];
        try {
          return [parseComponentDefinition(JSON.parse(readSmallFile(directory, name, MAX_BYTES)))];
        } catch (error) {
          if (!isMissing(error)) problems.push({ path: `${directory.path}/${name}`, error: error as Error });
          return [];
        }
      }),
    ) ?? [];
  return components.sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/** The component of a name, in any case. */
export function findComponent(
  components: readonly ComponentDefinition[],
  name: string,
): ComponentDefinition | undefined {
  return components.find((component) => sameName(component.name, name));
}
