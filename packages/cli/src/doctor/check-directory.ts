import { accessSync, constants, lstatSync, type Stats, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  allowsNetworkDirectory,
  dumpPath,
  listProcesses,
  networkFileSystem,
  openRoot,
  rootPath,
} from '@tracebuf/ring';
import { formatBytes, plural } from '../quantity.ts';
import { type Finding, finding, reasonOf } from './finding.ts';

/** Free space below which a buffer of a usual size may not fit. */
const LITTLE_SPACE = 1024 * 1024;

/** The directory of trace buffers: each condition under which it is used, its space, and what is in it. */
export function checkDirectory(): Finding[] {
  const path = rootPath();
  const stats = statsOf(path);
  const origin = process.env.TRACEBUF_DIR ? 'set by TRACEBUF_DIR' : 'the default';
  const found = [
    finding(
      'directory',
      'ok',
      `${path} (${origin}${stats === undefined ? '; made with the first buffer' : ''})`,
    ),
    ...(stats === undefined ? [] : conditionsOf(stats, 'TRACEBUF_DIR')),
    parentOf(path),
    localOf(path),
    judgementOf(path, stats !== undefined),
    spaceOf(stats === undefined ? dirname(path) : path),
    dumpsOf(),
  ];
  return found.filter((one) => one !== undefined);
}

/** What is there, as far as this user may know. */
function statsOf(path: string, look: typeof lstatSync = lstatSync): Stats | undefined {
  try {
    return look(path, { throwIfNoEntry: false });
  } catch {
    // Why it can't be looked at is told where it is to be used.
    return undefined;
  }
}

/** @param variable What in the environment says where the directory is. */
function conditionsOf(stats: Stats, variable: string): Finding[] {
  const real = stats.isDirectory();
  const kind = stats.isSymbolicLink() ? 'a symbolic link' : 'not a directory';
  const found = [
    finding(
      'directory.kind',
      real ? 'ok' : 'fail',
      real ? 'a directory, no symbolic link' : `it is ${kind}: remove it`,
    ),
  ];
  // Windows has no owners and modes as POSIX has: there the per-user place protects.
  if (process.platform === 'win32') return found;
  const uid = process.geteuid?.();
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const isOwn = stats.uid === uid;
  const isPrivate = (stats.mode & 0o077) === 0;
  return [
    ...found,
    finding(
      'directory.owner',
      isOwn ? 'ok' : 'fail',
      isOwn
        ? `belongs to this user (${uid})`
        : `belongs to user ${stats.uid}, not to ${uid}: set ${variable}`,
    ),
    finding(
      'directory.mode',
      isPrivate ? 'ok' : 'fail',
      isPrivate ? `${mode}: only this user may use it` : `${mode}: others may use it; run chmod 700 on it`,
    ),
  ];
}

function parentOf(path: string): Finding {
  const parent = dirname(path);
  const stats = statsOf(parent, statSync);
  if (stats === undefined)
    return finding('directory.parent', 'note', `${parent} is missing and will be made`);
  if (process.platform === 'win32') return finding('directory.parent', 'ok', parent);
  const sticky = (stats.mode & 0o1000) !== 0;
  const open = (stats.mode & 0o022) !== 0;
  const owned = stats.uid === 0 || stats.uid === process.geteuid?.();
  if (owned && (!open || sticky)) {
    return finding('directory.parent', 'ok', `${parent}: nobody else can put another directory in its place`);
  }
  const why = owned ? 'others may write to it, and it has no sticky bit' : `it belongs to user ${stats.uid}`;
  return finding('directory.parent', 'fail', `${parent}: ${why}; set TRACEBUF_DIR to a safer place`);
}

/** Rings on a file system that other machines write to are refused, or used where the user has said so. */
function localOf(path: string): Finding {
  try {
    const network = networkFileSystem(path);
    if (network === undefined) return finding('directory.local', 'ok', 'not on a network file system');
    return allowsNetworkDirectory()
      ? finding(
          'directory.local',
          'warn',
          `on a network file system (${network}): stores may wait for the network`,
        )
      : finding(
          'directory.local',
          'fail',
          `on a network file system (${network}): set TRACEBUF_DIR, or TRACEBUF_ALLOW_NETWORK_DIR to 1`,
        );
  } catch (error) {
    return finding('directory.local', 'warn', `can't be told: ${reasonOf(error)}`);
  }
}

/** The checks above explain; those that count are made where the directory is opened. */
function judgementOf(path: string, exists: boolean): Finding {
  try {
    const root = openRoot();
    if (root === undefined) {
      return (
        unwritable(nearestTo(path)) ??
        finding('directory.use', 'note', 'not there yet: no process has made a buffer')
      );
    }
    const { processes, problems } = listProcesses(root);
    root.close();
    const [first] = problems;
    const count = plural(processes.length, 'process', 'processes');
    if (first === undefined) return unwritable(path) ?? finding('directory.use', 'ok', `readable; ${count}`);
    return finding(
      'directory.use',
      'warn',
      `${count}; ${problems.length} unreadable, the first: ${reasonOf(first.error)}`,
    );
  } catch (error) {
    return finding('directory.use', 'fail', exists ? reasonOf(error) : `${path}: ${reasonOf(error)}`);
  }
}

/** A directory in which no program of this user can make a buffer, such as one of a read-only file system. */
function unwritable(directory: string): Finding | undefined {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return finding(
      'directory.use',
      'fail',
      `no buffer can be made: ${reasonOf(error)}; set TRACEBUF_DIR to a directory that this user can write to`,
    );
  }
}

/** The directory in which a missing one would be made. */
function nearestTo(path: string): string {
  let nearest = dirname(path);
  while (statSync(nearest, { throwIfNoEntry: false }) === undefined && nearest !== dirname(nearest)) {
    nearest = dirname(nearest);
  }
  return nearest;
}

const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  16914836: 'tmpfs',
  2240043254: 'ramfs',
  61267: 'ext4',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlay',
  801189825: 'zfs',
};

function spaceOf(path: string): Finding {
  try {
    const { bavail, bsize, blocks, type } = statfsSync(path);
    const free = bavail * bsize;
    const name =
      process.platform === 'linux' ? (FILE_SYSTEMS[type] ?? `type 0x${type.toString(16)}`) : 'file system';
    const detail = `${formatBytes(free)} free of ${formatBytes(blocks * bsize)} (${name})`;
    if (free < LITTLE_SPACE)
      return finding('space', 'fail', `${detail}: free some, or set TRACEBUF_DIR elsewhere`);
    if (process.platform !== 'linux' || name === 'tmpfs' || name === 'ramfs')
      return finding('space', 'ok', detail);
    return finding('space', 'warn', `${detail}: not in shared memory, so that a store may wait for the disk`);
  } catch (error) {
    return finding('space', 'warn', `can't be told: ${reasonOf(error)}`);
  }
}

function dumpsOf(): Finding {
  const path = dumpPath();
  const stats = statsOf(path);
  if (stats === undefined) return finding('dumps', 'ok', `${path} (made with the first dump)`);
  const bad = conditionsOf(stats, 'TRACEBUF_DUMP_DIR').find(({ verdict }) => verdict === 'fail');
  return bad === undefined
    ? finding('dumps', 'ok', path)
    : finding('dumps', 'warn', `${path}: ${bad.detail}`);
}
