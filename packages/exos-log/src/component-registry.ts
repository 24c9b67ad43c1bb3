import { COMPONENT_IDS, type ComponentDefinition } from './component.ts';
import { ComponentIdCollisionError, LogComponentExistsError } from './errors.ts';
import { sameName } from './event-name.ts';

/** The components of one process, unique by name and by id. */
export class ComponentRegistry {
  readonly #components: ComponentDefinition[] = [];

  /** The components, in the order in which they were registered. */
  get components(): readonly ComponentDefinition[] {
    return this.#components;
  }

  /** The component of that name, in any case. */
  find(name: string): ComponentDefinition | undefined {
    return this.#components.find((component) => sameName(component.name, name));
  }

  /**
   * Adds a component. One that is declared just as one already there is the same component: two copies of a library
   * in one process don't quarrel.
   *
   * @throws {LogComponentExistsError} The name is taken by a component that differs.
   * @throws {ComponentIdCollisionError} The id is taken by a component of another name.
   */
  add(component: ComponentDefinition): void {
    const namesake = this.find(component.name);
    if (namesake !== undefined) {
      if (JSON.stringify(namesake) === JSON.stringify(component)) return;
      throw new LogComponentExistsError(component.name, namesake.name);
    }
    const rival = this.#components.find(({ componentId }) => componentId === component.componentId);
    if (rival !== undefined) {
      throw new ComponentIdCollisionError(
        component.componentId,
        component.name,
        rival.name,
        this.#freeId(component.componentId),
      );
    }
    this.#components.push(component);
  }

  #freeId(taken: number): number | undefined {
    const ids = new Set(this.#components.map(({ componentId }) => componentId));
    const count = COMPONENT_IDS.last - COMPONENT_IDS.first + 1;
    for (let step = 1; step < count; step++) {
      const id = COMPONENT_IDS.first + ((taken - COMPONENT_IDS.first + step) % count);
      if (!ids.has(id)) return id;
    }
    return undefined;
  }
}

/** The components that this process has registered. */
export const componentRegistry: ComponentRegistry = new ComponentRegistry();
