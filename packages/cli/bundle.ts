import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

const PACKAGE = import.meta.dirname;
/** Native, or loggers of a user's own program. */
const EXTERNAL = ['koffi', 'pino', 'winston'];
/** These programs write trace buffers, as a user's program would: with the packages as they are installed. */
const AS_INSTALLED = [join(PACKAGE, 'src', 'demo') + sep, join(PACKAGE, 'src', 'doctor', 'try-buffer.ts')];

/**
 * What other packages load on first use, by a `require` that a bundler does not see. zod is imported instead, so that
 * only what is used of it comes along; re2js stays as it is loaded: the first regular expression evaluates it.
 */
const LAZY = [
  {
    pattern:
      /const z = createRequire\(import\.meta\.url\)\('zod\/mini'\)( as typeof import\('zod\/mini'\))?;/,
    instead: '',
    before: "import * as z from 'zod/mini';\n",
  },
  { pattern: /const require = createRequire\(import\.meta\.url\);/, instead: '', before: '' },
] as const;
/** Packages with a decoder: a file of its own, which the first record of its kind loads (src/decoders.ts). */
const DECODERS = [
  'etw',
  'exos-log',
  'otel-exporter',
  'pino-transport',
  'tracer',
  'winston-transport',
] as const;
const DECODER = /^@tracebuf\/([\w-]+)\/decoder$/;

/** Modules that are one file with all they import: those of every start, and those of every command that reads. */
const START = /[\\/]cli[\\/]src[\\/]main\.ts$/;
const READING = /[\\/]cli[\\/]src[\\/]show-trace[\\/]show-trace\.ts$/;

/** Packages that have to be in the bundle, as users do not install them. */
const INLINED =
  /\(\s*["'](?:zod|re2js|commander|get-east-asian-width|@tracebuf\/query)(?:\/[\w-]+)?["']\s*\)/;

function inlineLazy(): Plugin {
  return {
    name: 'inline-lazy',
    transform(code, id) {
      const found = id.endsWith('.ts') ? LAZY.find(({ pattern }) => pattern.test(code)) : undefined;
      return found === undefined ? null : found.before + code.replace(found.pattern, found.instead);
    },
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        const left = file.type === 'chunk' ? INLINED.exec(file.code) : null;
        if (left !== null)
          throw new Error(`${file.fileName} loads ${left[0]}, which is not installed: see LAZY`);
      }
    },
  };
}

/** A `require` of a decoder loads its file when it is called, instead of having it inlined. */
function keepDecodersApart(): Plugin {
  return {
    name: 'keep-decoders-apart',
    resolveId(source, _importer, { kind }) {
      const name = kind === 'require-call' ? DECODER.exec(source)?.[1] : undefined;
      return name === undefined ? null : { id: `./${decoderFile(name)}.cjs`, external: true };
    },
  };
}

function decoderFile(name: string): string {
  return `decoder-${name}`;
}

/** commander loads it for subcommands that are programs of their own, of which there are none: 5 ms at each start. */
function leaveOutChildProcess(): Plugin {
  const none = '\0no-child-process';
  return {
    name: 'leave-out-child-process',
    resolveId: (id, importer) =>
      id === 'node:child_process' && importer?.includes(join('node_modules', 'commander')) === true
        ? none
        : null,
    load: (id) => (id === none ? 'export default {};' : null),
  };
}

/** Names, versions and licences of the packages that a bundle holds, as their licences ask for. */
function licencesOf(files: Iterable<string>): string {
  const roots = new Set<string>();
  for (const file of files) {
    const inPackage = /^(.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1];
    if (inPackage !== undefined) roots.add(inPackage);
  }
  const texts = [...roots].sort().map((root) => {
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    const licence = readdirSync(root).find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
    if (licence === undefined) throw new Error(`${name} ${version} has no licence file: it can't be bundled`);
    return `${name} ${version}\n\n${readFileSync(join(root, licence), 'utf8').trim()}\n`;
  });
  return `The files in this folder hold code of these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/**
 * Bundles trace-cli: one file for the start and one for each command, so that a command line pays only for what it uses.
 * What the commands import is inlined; `npm install` brings what the demo needs at run time.
 *
 * @param directory Where to; what is there is removed.
 * @returns How many files and bytes of code it is.
 */
export async function bundleTo(directory: string): Promise<{ files: number; bytes: number }> {
  const bundle = await rolldown({
    input: {
      main: join(PACKAGE, 'src', 'main.ts'),
      ...Object.fromEntries(DECODERS.map((name) => [decoderFile(name), `@tracebuf/${name}/decoder`])),
    },
    cwd: PACKAGE,
    platform: 'node',
    transform: { target: 'node22.15' },
    // The sources of the other packages: their dist need not be there.
    resolve: { conditionNames: ['@tracebuf/source', 'node', 'import'] },
    external: (id, importer) =>
      EXTERNAL.includes(id) ||
      (id.startsWith('@tracebuf/') &&
        importer !== undefined &&
        AS_INSTALLED.some((place) => importer.startsWith(place))),
    // A module is there for what is imported of it: the writer's exit listener, for one, is no reason to load the writer.
    treeshake: { moduleSideEffects: (id) => id.startsWith(join(PACKAGE, 'src')) },
    plugins: [inlineLazy(), keepDecodersApart(), leaveOutChildProcess()],
  });
  // The names of files hold a hash: those of the last build would stay.
  rmSync(directory, { recursive: true, force: true });
  const { output } = await bundle.write({
    dir: directory,
    // An ESM import of a module of Node's evaluates every lazy export of it, streams and all: 40 ms at each start.
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // Finding and reading a file takes longer than compiling what is in it: what belongs together is one.
    codeSplitting: {
      groups: [
        { name: 'start', test: START, priority: 1 },
        { name: 'reading', test: READING },
      ],
    },
  });
  await bundle.close();
  const chunks = output.filter((file) => file.type === 'chunk');
  writeFileSync(
    join(directory, 'THIRD-PARTY-LICENSES.txt'),
    licencesOf(chunks.flatMap(({ moduleIds }) => moduleIds)),
  );
  return { files: chunks.length, bytes: chunks.reduce((sum, { code }) => sum + code.length, 0) };
}
