import { type CommandSpec, JSON_OPTION } from '../command.ts';

export const compareCatalogsCommand: CommandSpec = {
  words: ['log', 'compare-catalogs'],
  summary: 'what changed between two catalogs; exit code 1 where something broke, for CI',
  details: `A catalog is what "show log events --json" prints, or what a logger's catalog() answers, as JSON. Breaking is what filters,
readers and alerts made for the former catalog can stumble over: a condition removed or renamed without an alias, a
parameter removed, moved or of another type, a severity or an id changed, a version not raised.`,
  operands: [
    { usage: '<before>', presence: 'required', description: 'file of the catalog that was published' },
    { usage: '<after>', presence: 'required', description: 'file of the catalog to be published' },
  ],
  options: [JSON_OPTION],
  examples: [['log compare-catalogs published.json current.json', 'what a release would change']],
  load: async () => (await import('./compare-catalogs.ts')).compareCatalogFiles,
};
