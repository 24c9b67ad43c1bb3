import { accessSync, constants, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Finding, finding, reasonOf } from './finding.ts';

const OLDEST = [22, 15] as const;

/** Node.js, its clock, and what the system tells about other processes. */
export function checkPlatform(): Finding[] {
  return [nodeVersion(), system(), clock(), processes(), pidNamespace(), ...features()];
}

function nodeVersion(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
  const detail = `${process.version} (${process.execPath})`;
  return isNew
    ? finding('node', 'ok', detail)
    : finding('node', 'fail', `${detail}: 22.15 or newer is needed`);
}

function system(): Finding {
  const isKnown = ['linux', 'darwin', 'win32'].includes(process.platform);
  return finding(
    'system',
    isKnown ? 'ok' : 'warn',
    `${process.platform} ${process.arch}${isKnown ? '' : ': not tested'}`,
  );
}

const CLOCK_READINGS = 200_000;

/** The clock of every record: its smallest step seen, and what a reading costs. */
function clock(): Finding {
  let step = Number.POSITIVE_INFINITY;
  let last = performance.now();
  const started = last;
  for (let reading = 0; reading < CLOCK_READINGS; reading++) {
    const now = performance.now();
    if (now > last && now - last < step) step = now - last;
    last = now;
  }
  const cost = ((last - started) / CLOCK_READINGS) * 1e6;
  const resolution = Number.isFinite(step) ? step * 1e6 : 0;
  const detail = `steps of ${Math.round(resolution)} ns, ${Math.round(cost)} ns a reading`;
  // Records are ordered to the microsecond.
  return finding(
    'clock',
    resolution <= 1000 ? 'ok' : 'warn',
    resolution <= 1000 ? detail : `${detail}: coarse`,
  );
}

/** Whether it can be told which processes run. */
function processes(): Finding {
  if (process.platform !== 'linux')
    return finding('proc', 'note', `no /proc on ${process.platform}: signals tell`);
  try {
    const self = readlinkSync('/proc/self');
    if (self !== String(process.pid)) {
      return finding(
        'proc',
        'warn',
        `/proc shows another pid namespace (this process as ${self}): states are unknown`,
      );
    }
    return finding('proc', 'ok', '/proc shows the processes of this pid namespace');
  } catch (error) {
    return finding('proc', 'warn', `/proc can't be read, so that states are unknown: ${reasonOf(error)}`);
  }
}

function pidNamespace(): Finding {
  if (process.platform !== 'linux') return finding('pid-namespace', 'note', `none on ${process.platform}`);
  try {
    const name = readlinkSync('/proc/self/ns/pid');
    return finding('pid-namespace', 'ok', `${name}; processes of others are shown as unknown`);
  } catch (error) {
    return finding('pid-namespace', 'warn', `can't be told: ${reasonOf(error)}`);
  }
}

/** What other parts of Tracebuf can use where it is there. */
function features(): Finding[] {
  return [fuse(), etw(), lttng()];
}

function fuse(): Finding {
  if (process.platform !== 'linux') return finding('fuse', 'note', `not looked for on ${process.platform}`);
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    const helper = onPath('fusermount3') ?? onPath('fusermount');
    return finding(
      'fuse',
      'note',
      helper === undefined ? '/dev/fuse, but no fusermount3' : `/dev/fuse and ${helper}`,
    );
  } catch {
    return finding(
      'fuse',
      'note',
      existsSync('/dev/fuse') ? '/dev/fuse is not for this user' : 'no /dev/fuse here',
    );
  }
}

function etw(): Finding {
  return finding('etw', 'note', process.platform === 'win32' ? 'part of Windows' : 'Windows only');
}

const LIBRARIES = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/lib'];

function lttng(): Finding {
  if (process.platform !== 'linux') return finding('lttng', 'note', 'Linux only');
  const directories = LIBRARIES.flatMap((directory) => [
    directory,
    join(directory, `${machine()}-linux-gnu`),
  ]);
  const library = directories.flatMap((directory) => librariesIn(directory)).at(0);
  return finding('lttng', 'note', library ?? 'liblttng-ust is not installed');
}

function machine(): string {
  return process.arch === 'x64' ? 'x86_64' : process.arch === 'arm64' ? 'aarch64' : process.arch;
}

function librariesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.startsWith('liblttng-ust.so'))
      .map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function onPath(name: string): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}
