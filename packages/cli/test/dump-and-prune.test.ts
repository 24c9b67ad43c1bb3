import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(async () => await sandbox.dispose());

describe('dump trace', () => {
  test('writes text to a file that tells process, buffer and time, and prints its path', async () => {
    const { pid } = await sandbox.writer('wait', {
      records: [
        ['mybuf', 'one'],
        ['mybuf', 'two', 'error'],
      ],
    });
    const { code, stdout, stderr } = sandbox.run(['dump', 'trace', 'web', 'mybuf']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const path = stdout.trimEnd();
    expect(path).toMatch(
      new RegExp(`^${sandbox.directory}/dumps/web\\.${pid}\\.mybuf\\.\\d{8}T\\d{9}\\.txt$`),
    );
    expect(readFileSync(path, 'utf8')).toBe(sandbox.run(['show', 'trace', 'web', 'mybuf']).stdout);
  });

  test('writes JSON lines under a name of its own', async () => {
    await sandbox.writer('wait', {
      records: [
        ['mybuf', 'one'],
        ['mybuf', 'two', 'error'],
      ],
    });
    const { stdout } = sandbox.run([
      'du',
      'tr',
      'web',
      'all',
      '--format',
      'JSONL',
      '--file',
      'x.jsonl',
      '--json',
      '-l',
      'error',
    ]);
    const { path, records } = JSON.parse(stdout) as { path: string; records: number };
    expect({ path, records }).toEqual({ path: join(sandbox.directory, 'dumps', 'x.jsonl'), records: 1 });
    expect(readFileSync(path, 'utf8')).toBe(
      sandbox.run(['show', 'trace', 'web', 'all', '--json', '-l', 'error']).stdout,
    );
  });

  test('never overwrites a file, and takes no path', async () => {
    await sandbox.writer('wait');
    sandbox.run(['dump', 'trace', 'web', 'all', '--file', 'a.txt']);
    const again = sandbox.run(['dump', 'trace', 'web', 'all', '--file', 'a.txt']);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(
      /^trace-cli: There is a dump ".*a\.txt" already; give another name with --file, or remove it\.\n$/,
    );
    for (const name of ['../a.txt', '/tmp/a.txt', '.a', 'a:b', '']) {
      const refused = sandbox.run(['dump', 'trace', 'web', 'all', '--file', name]);
      expect(refused.code, name).toBe(2);
      expect(refused.stderr, name).toMatch(
        /^trace-cli: The value '.*' cannot be used for the dump file name: .*\n$/,
      );
    }
    expect(readdirSync(join(sandbox.directory, 'dumps'))).toEqual(['a.txt']);
  });
});

describe('prune', () => {
  const die = async (name: string): Promise<number> => {
    const writer = await sandbox.writer('wait', { name });
    await writer.stop('SIGKILL');
    return writer.pid;
  };

  test('removes what ended, shows what it did, and leaves the living alone', async () => {
    const old = await die('old');
    const newer = await die('newer');
    const { pid } = await sandbox.writer('wait');
    const preview = sandbox.run(['prune', '--keep', '1', '--dry-run']);
    expect(preview.stdout).toMatch(
      new RegExp(
        `^would remove old\\.${old}: died, .*\nkept newer\\.${newer}: died, .*\n1 process to remove, 1 to keep, .* to free\n$`,
      ),
    );
    expect(sandbox.run(['ps', '--json']).stdout.trimEnd().split('\n')).toHaveLength(3);
    const done = sandbox.run(['prune', '--keep', '1']);
    expect(done.stdout.replace('removed old', 'would remove old').split('\n')[0]?.slice(0, 20)).toBe(
      preview.stdout.split('\n')[0]?.slice(0, 20),
    );
    expect(done.stdout).toMatch(/\n1 process removed, 1 kept, .* freed\n$/);
    const all = sandbox.run(['prune', '--all', '--json']);
    expect(JSON.parse(all.stdout)).toMatchObject({
      action: 'removed',
      process: 'newer',
      pid: newer,
      state: 'died',
    });
    expect(sandbox.run(['ps']).stdout).toContain(String(pid));
    expect(sandbox.run(['ps', '--json']).stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('has nothing to do where nothing is', () => {
    expect(sandbox.run(['prune'])).toEqual({
      code: 0,
      stdout: '0 processes removed, 0 kept, 0 B freed\n',
      stderr: '',
    });
    expect(sandbox.run(['prune', '--all', '--keep', '3'])).toMatchObject({ code: 2 });
    expect(sandbox.run(['prune', '--keep-bytes', '1.5k'], { TRACEBUF_KEEP_BYTES: '64 MiB' }).code).toBe(0);
    expect(sandbox.run(['prune', '--keep-bytes', 'much'])).toMatchObject({
      code: 2,
      stderr: `trace-cli: The size "much" can't be understood; give bytes, or one such as 100M\n`,
    });
  });
});

describe('doctor', () => {
  interface Finding {
    readonly name: string;
    readonly verdict: string;
    readonly detail: string;
  }
  const findings = (stdout: string): Finding[] =>
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Finding);

  test('finds that trace buffers work here, and leaves nothing behind', async () => {
    await sandbox.writer('end');
    const before = readdirSync(sandbox.directory);
    const { code, stdout, stderr } = sandbox.run(['doctor', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = findings(stdout);
    expect(found.map(({ name }) => name)).toEqual([
      'node',
      'system',
      'clock',
      'proc',
      'pid-namespace',
      'fuse',
      'etw',
      'lttng',
      'directory',
      'directory.kind',
      'directory.owner',
      'directory.mode',
      'directory.parent',
      'directory.local',
      'directory.use',
      'space',
      'dumps',
      'koffi',
      'mapping',
      'buffer',
    ]);
    expect(found.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    expect(found.find(({ name }) => name === 'mapping')).toMatchObject({
      verdict: 'ok',
      detail: 'memory is mapped',
    });
    expect(readdirSync(sandbox.directory)).toEqual(before);
    expect(sandbox.run(['ps', '--json']).stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('fails where the directory is on a network file system, and warns where the user allows it', () => {
    const preload = join(sandbox.directory, 'nfs.mjs');
    writeFileSync(
      preload,
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const { statfsSync } = fs;
       fs.statfsSync = (path) => ({ ...statfsSync(path), type: 0x6969 });
       syncBuiltinESMExports();`,
    );
    const env = { NODE_OPTIONS: `--import=${preload}` };
    const refused = sandbox.run(['doctor'], env);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(
      /^fail {2}directory\.local +on a network file system \(NFS\): set TRACEBUF_DIR, or/m,
    );
    expect(refused.stdout).toMatch(/^fail {2}buffer +.*TRACEBUF_ALLOW_NETWORK_DIR to 1/m);
    const allowed = sandbox.run(['doctor'], { ...env, TRACEBUF_ALLOW_NETWORK_DIR: '1' });
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toMatch(
      /^warn {2}directory\.local +on a network file system \(NFS\): stores may wait/m,
    );
  });

  test('fails where the directory is not safe, and says why', async () => {
    const path = join(sandbox.directory, 'file');
    writeFileSync(path, '');
    const { code, stdout } = sandbox.run(['doctor'], { TRACEBUF_DIR: path });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}directory\.kind +it is not a directory: remove it$/m);
    const open = sandbox.shell('mkdir open; chmod 777 open; TRACEBUF_DIR=$PWD/open $TRACE_CLI doctor');
    expect(open.code).toBe(1);
    expect(open.stdout).toMatch(/^fail {2}directory\.mode +0777: others may use it; run chmod 700 on it$/m);
  });

  test('fails where no buffer can be made, or the directory can’t even be looked at', () => {
    const preload = join(sandbox.directory, 'refusing.mjs');
    // What a file system that is read-only, and directories of others, answer; also to root, as which tests may run.
    writeFileSync(
      preload,
      `import fs from 'node:fs';
       import { syncBuiltinESMExports } from 'node:module';
       const refuse = (code, path) => { throw Object.assign(new Error(code + ": '" + path + "'"), { code, syscall: 'x' }); };
       const { lstatSync } = fs;
       fs.accessSync = (path) => refuse('EROFS', path);
       fs.lstatSync = (path, options) => {
         if (String(path).endsWith('/locked')) refuse('EACCES', path);
         const stats = lstatSync(path, options);
         return String(path).endsWith('/dumps') ? Object.assign(stats, { uid: 4711 }) : stats;
       };
       syncBuiltinESMExports();`,
    );
    mkdirSync(join(sandbox.directory, 'dumps'), { mode: 0o700 });
    const env = { NODE_OPTIONS: `--import=${preload}` };
    const readOnly = sandbox.run(['doctor'], {
      ...env,
      TRACEBUF_DIR: join(sandbox.directory, 'new', 'deep'),
    });
    expect({ code: readOnly.code, stderr: readOnly.stderr }).toEqual({ code: 1, stderr: '' });
    expect(readOnly.stdout).toContain(
      `no buffer can be made: EROFS: '${sandbox.directory}'; set TRACEBUF_DIR to a directory that this user can write to`,
    );
    expect(readOnly.stdout).toMatch(
      /^warn {2}dumps +.*belongs to user 4711, not to \d+: set TRACEBUF_DUMP_DIR$/m,
    );
    const locked = sandbox.run(['doctor'], { ...env, TRACEBUF_DIR: join(sandbox.directory, 'locked') });
    expect({ code: locked.code, stderr: locked.stderr }).toEqual({ code: 1, stderr: '' });
    expect(locked.stdout).toMatch(/^fail {2}directory\.use +.*EACCES/m);
  });
});
