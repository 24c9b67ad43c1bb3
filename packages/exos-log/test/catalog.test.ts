import { describe, expect, test } from 'vitest';
import { type CatalogEntry, catalogOf, compareCatalogs } from '../src/catalog.ts';
import { ComponentRegistry } from '../src/component-registry.ts';
import { ExosLogger } from '../src/exos-logger.ts';
import { stpComponent } from './fixtures/stp.ts';

function catalog(change: Partial<CatalogEntry> = {}): CatalogEntry[] {
  const logger = new ExosLogger('example', 'Example', { formatVersion: 1, registry: new ComponentRegistry() })
    .addCondition('opened', 'Opened %tgt% with %opt%', {
      params: ['tgt', { name: 'opt', type: 'string' }],
      severity: 'notice',
      cause: 'It was asked for.',
      action: 'None.',
    })
    .addCondition('closed', 'Closed');
  const [first, ...rest] = logger.catalog();
  if (first === undefined) throw new Error('no entry');
  return [{ ...first, ...change }, ...rest];
}

function kinds(before: readonly CatalogEntry[], after: readonly CatalogEntry[]): string[] {
  return compareCatalogs(before, after).map(({ kind, breaking }) => `${kind}${breaking ? '!' : ''}`);
}

describe('the catalog', () => {
  test('says everything of a condition', () => {
    expect(catalog()[0]).toEqual({
      id: 'example.opened',
      component: 'example',
      condition: 'opened',
      componentId: expect.any(Number),
      formatVersion: 1,
      contentVersion: 1,
      severity: 'notice',
      text: 'Opened %tgt% with %opt%',
      parameters: [
        { name: 'tgt', type: 'string' },
        { name: 'opt', type: 'string' },
      ],
      cause: 'It was asked for.',
      action: 'None.',
      aliases: [],
    });
    expect(catalogOf([stpComponent()]).map(({ id }) => id)).toContain('STP.InBPDU.Drop');
  });
});

describe('the comparison of two catalogs', () => {
  const [opened, closed] = catalog();
  if (opened === undefined || closed === undefined) throw new Error('no entries');

  test('finds nothing where nothing changed', () => {
    expect(compareCatalogs(catalog(), catalog())).toEqual([]);
  });

  test('names a condition that was removed, or renamed without an alias, as breaking', () => {
    expect(kinds([opened, closed], [opened])).toEqual(['condition-removed!']);
    const renamed = { ...closed, id: 'example.shut', condition: 'shut', contentVersion: 2 };
    const raised = { ...opened, contentVersion: 2 };
    expect(kinds([opened, closed], [raised, renamed])).toEqual(['condition-removed!', 'condition-added']);
    const [removed] = compareCatalogs([opened, closed], [raised, renamed]);
    expect(removed?.message).toContain('give the new condition the alias "closed"');
    const withAlias = { ...renamed, aliases: ['example.closed'] };
    expect(kinds([opened, closed], [raised, withAlias])).toEqual(['condition-renamed']);
    expect(kinds([raised, withAlias], [raised, renamed])).toEqual(['alias-removed!']);
  });

  test('names a parameter that was removed, moved or changed its type as breaking', () => {
    const [tgt, opt] = opened.parameters;
    if (tgt === undefined || opt === undefined) throw new Error('no parameters');
    const raised = { formatVersion: 2 };
    const after = (parameters: CatalogEntry['parameters'], more = {}) =>
      catalog({ parameters, ...more }).map((entry) => ({ ...entry, ...raised }));
    expect(kinds(catalog(), after([tgt]))).toEqual(['parameter-removed!']);
    expect(kinds(catalog(), after([opt, tgt]))).toEqual(['parameter-moved!']);
    expect(kinds(catalog(), after([{ ...tgt, type: 'ipaddress' }, opt]))).toEqual([
      'parameter-type-changed!',
    ]);
    expect(kinds(catalog(), after([tgt, opt, { name: 'more', type: 'number' }]))).toEqual([
      'parameter-added',
    ]);
    expect(kinds(catalog(), after([tgt, opt], { text: 'Other %tgt% %opt%' }))).toEqual(['text-changed']);
  });

  test('names a changed severity and a changed id as breaking', () => {
    expect(kinds(catalog(), catalog({ severity: 'error' }))).toEqual(['severity-changed!']);
    const moved = catalog().map((entry) => ({
      ...entry,
      componentId: entry.componentId === 600 ? 601 : 600,
    }));
    expect(kinds(catalog(), moved)).toEqual(['component-id-changed!']);
  });

  test('asks for versions to be raised', () => {
    const text = catalog({ text: 'Did open %tgt% with %opt%' });
    expect(kinds(catalog(), text)).toEqual(['version-not-raised!', 'text-changed']);
    expect(kinds([opened], [opened, closed])).toEqual(['version-not-raised!', 'condition-added']);
    const raised = [opened, closed].map((entry) => ({ ...entry, contentVersion: 2 }));
    expect(kinds([opened], raised)).toEqual(['condition-added']);
    expect(kinds(raised, [opened, closed])).toEqual(['version-lowered!']);
  });
});
