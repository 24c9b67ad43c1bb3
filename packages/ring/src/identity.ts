import { readFileSync, readlinkSync } from 'node:fs';
import { inheritedFromMain } from './main-thread.ts';

/** What tells a process from every other one, also from a later one with the same pid. */
export interface ProcessIdentity {
  /** Process id, as the process itself sees it. */
  readonly pid: number;
  /** Start of the process: clock ticks since boot on Linux, elsewhere milliseconds since 1970. */
  readonly start: number;
  /** The boot of the machine; absent where the platform does not tell. */
  readonly bootId: string | undefined;
  /** Inode of the pid namespace; absent where there are none. */
  readonly pidNamespace: number | undefined;
}

/** What the kernel says about a process in `/proc/<pid>/stat`. */
export interface ProcessStat {
  /** Its pid in the pid namespace that this `/proc` shows. */
  readonly pid: number;
  /** `R`, `S`, …; `Z` is a zombie: dead, not yet waited for. */
  readonly state: string;
  /** Start, in clock ticks since boot. */
  readonly start: number;
}

let own: ProcessIdentity | undefined;

/** The identity of this process, the same in each of its threads. */
export function processIdentity(): ProcessIdentity {
  own ??= describeSelf();
  return own;
}

function describeSelf(): ProcessIdentity {
  const stat = process.platform === 'linux' ? readProcessStat('self') : undefined;
  return {
    pid: process.pid,
    // Where /proc shows another pid namespace, self is still this process, and its start is right.
    start: stat?.start ?? Math.round(processStartedAt()),
    bootId: readBootId(),
    pidNamespace: readPidNamespace(),
  };
}

/** When this process started, in milliseconds since 1970. */
export function processStartedAt(): number {
  return inheritedFromMain()?.startedAt ?? performance.timeOrigin;
}

let key: string | undefined;

/** Names the directory of this process: see {@link processKeyOf}. Every thread computes the same. */
export function processKey(): string {
  key ??= processKeyOf(processIdentity());
  return key;
}

const KEY = /^([1-9]\d{0,9})\.[0-9a-f]{10}$/;

/** The name of a process's directory: its pid for people, and ten hexadecimal digits that tell it from a reused pid. */
export function processKeyOf(identity: ProcessIdentity): string {
  const { pid, start, bootId = '', pidNamespace = '' } = identity;
  return `${pid}.${hash40(`${pid} ${start} ${bootId} ${pidNamespace}`)}`;
}

/** The pid in the name of a process's directory; `undefined` for any other name. */
export function pidOfKey(name: string): number | undefined {
  const match = KEY.exec(name);
  return match === null ? undefined : Number(match[1]);
}

const MASK_64 = 0xffff_ffff_ffff_ffffn;

/**
 * 40 bits of FNV-1a. It has to tell apart a handful of processes of one user, none of whom gains by a collision, and
 * a cryptographic hash would load node:crypto into every program that logs: several milliseconds.
 */
function hash40(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK_64;
  }
  // The last bytes have hardly reached the upper bits: another round, then both ends together.
  hash = ((hash ^ (hash >> 32n)) * 0xd6e8feb86659fd93n) & MASK_64;
  return ((hash ^ (hash >> 32n)) & 0xff_ffff_ffffn).toString(16).padStart(10, '0');
}

/** The boot of this machine (Linux); it lasts until the kernel starts anew. */
export function readBootId(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return id === '' ? undefined : id;
  } catch {
    return undefined;
  }
}

/** Inode of this process's pid namespace (Linux). */
export function readPidNamespace(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const match = /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid'));
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}

/**
 * Reads `/proc/<pid>/stat`.
 *
 * @returns `undefined` where it cannot be read or understood.
 */
export function readProcessStat(pid: number | 'self'): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Understands a line of `/proc/<pid>/stat`: the name in it is in parentheses and may hold anything, these too. */
export function parseProcessStat(line: string): ProcessStat | undefined {
  const close = line.lastIndexOf(')');
  if (close === -1) return undefined;
  const fields = line.slice(close + 2).split(' ');
  const pid = Number.parseInt(line, 10);
  // Fields are counted from 1 in proc(5): state is the 3rd and starttime the 22nd.
  const [state = ''] = fields;
  const start = Number(fields[19]);
  return Number.isSafeInteger(pid) && Number.isSafeInteger(start) && state !== ''
    ? { pid, state, start }
    : undefined;
}

/** Id of this thread in the operating system; 0 where it cannot be had cheaply. */
export function osThreadId(): number {
  if (process.platform !== 'linux') return 0;
  try {
    const match = /\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'));
    return match === null ? 0 : Number(match[1]);
  } catch {
    return 0;
  }
}
