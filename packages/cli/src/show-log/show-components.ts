import {
  type ComponentDefinition,
  findComponent,
  layOutComponents,
  matchEvents,
  readLogConfiguration,
  thresholdOf,
  UnknownEventError,
} from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { jsonLine } from '../json-line.ts';
import { knownComponents } from '../log-words/components.ts';
import { printLines } from '../print-lines.ts';
import { reportProblems } from '../read-problems.ts';
import { WordReader } from '../word-reader.ts';

/** What `show log components` is to show. */
interface ComponentsRequest {
  readonly components: readonly ComponentDefinition[];
  readonly version: boolean;
}

/** Reads the words behind `show log components`. @throws UsageError, UnknownEventError */
export function readComponentsRequest(reader: WordReader): ComponentsRequest {
  const { components } = knownComponents();
  let chosen = components;
  const word = reader.next;
  reader.expect('<component>', () =>
    components.map(({ name, title }) => ({ value: name, description: title })),
  );
  const isKeyword =
    reader.look(['version']) !== undefined && findComponent(components, word ?? '') === undefined;
  if (word !== undefined && !isKeyword) {
    chosen = [demandComponent(word)];
    reader.skip();
  }
  const version = reader.flag('version');
  reader.end();
  return { components: chosen, version };
}

function demandComponent(word: string): ComponentDefinition {
  const { components } = knownComponents();
  const names = matchEvents(word, components).filter(({ kind }) => kind === 'component');
  const [only, ...others] = names.map(({ name }) => name);
  const found = only === undefined ? undefined : findComponent(components, only);
  if (found !== undefined && others.length === 0) return found;
  throw new UnknownEventError(
    word,
    names.map(({ name }) => name),
    components.map(({ name }) => name),
  );
}

/** `show log components`. */
export const showComponents: Run<{ readonly json?: boolean }> = async ({ operands, options, out, err }) => {
  const { components, version } = readComponentsRequest(new WordReader(operands, 'show log components'));
  const configuration = readLogConfiguration();
  const threshold = (component: ComponentDefinition, part: string | undefined) =>
    thresholdOf(configuration, component, part);
  if (options.json === true) {
    await printLines(
      components.map((component) => jsonLine(componentToJson(component, threshold))),
      out,
    );
  } else {
    await out.write(layOutComponents({ components, thresholdOf: threshold, version }));
  }
  return await reportProblems(knownComponents().problems, err);
};

function componentToJson(
  component: ComponentDefinition,
  threshold: (component: ComponentDefinition, part: string | undefined) => string,
): Record<string, unknown> {
  const { name, title, componentId, formatVersion, contentVersion, subComponents } = component;
  return {
    component: name,
    title,
    threshold: threshold(component, undefined),
    componentId,
    formatVersion,
    contentVersion,
    subComponents: subComponents.map((part) => ({
      subComponent: part.name,
      title: part.title,
      threshold: threshold(component, part.name),
    })),
  };
}
