import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import type koffi from 'koffi';

/** A datagram socket that is connected to one of this machine, such as `/dev/log`; Node.js has none. */
export interface UnixDatagramSocket {
  /**
   * Sends a datagram, without waiting.
   *
   * @returns Whether there was room for it.
   * @throws An error with a `code` as Node's have: `ECONNREFUSED` where nobody has the other end any more.
   */
  send(message: Uint8Array): boolean;
  /** Closes it. */
  close(): void;
}

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const IS_LINUX = process.platform === 'linux';
/** Linux: close when a program is executed. */
const SOCK_CLOEXEC = IS_LINUX ? 0x80000 : 0;
const MSG_DONTWAIT = IS_LINUX ? 0x40 : 0x80;
/** Linux: an error and not a signal; datagrams raise none elsewhere. */
const MSG_NOSIGNAL = IS_LINUX ? 0x4000 : 0;
/** Longest path that `sockaddr_un` has room for, with the zero behind it. */
const MAX_PATH = IS_LINUX ? 108 : 104;
const PATH_OFFSET = 2;

interface Functions {
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly connect: (fd: number, address: Uint8Array, length: number) => number;
  readonly send: (fd: number, message: Uint8Array, length: number, flags: number) => number;
  readonly close: (fd: number) => number;
  readonly errno: () => number;
}

let functions: Functions | undefined;

/** The functions of the C library, which is in the process already, whatever it is called here. */
function socketFunctions(): Functions {
  if (functions !== undefined) return functions;
  const native = createRequire(import.meta.url)('koffi') as typeof koffi;
  const library = native.load(null);
  functions = {
    socket: library.func('int socket(int, int, int)') as Functions['socket'],
    connect: library.func('int connect(int, const uint8_t *, uint32_t)') as Functions['connect'],
    send: library.func('int64_t send(int, const uint8_t *, size_t, int)') as Functions['send'],
    close: library.func('int close(int)') as Functions['close'],
    errno: () => native.errno(),
  };
  return functions;
}

/**
 * Sends bytes by a socket of any kind, without waiting and without a signal.
 *
 * @returns How many bytes were taken; -1: there is no room now.
 * @throws An error with a `code` as Node's have.
 */
export function sendNow(fd: number, message: Uint8Array): number {
  const { send, errno } = socketFunctions();
  const sent = Number(send(fd, message, message.length, MSG_DONTWAIT | MSG_NOSIGNAL));
  if (sent >= 0) return sent;
  const number = errno();
  const { EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR } = constants.errno;
  if ([EAGAIN, EWOULDBLOCK, ENOBUFS, EINTR].includes(number)) return -1;
  throw systemError('send', number);
}

/**
 * Opens one.
 *
 * @param path Where the socket is that it is connected to.
 * @throws An error with a `code` as Node's have: `EPROTOTYPE` where that one is no socket for datagrams; what the module
 *   loader throws where the native library is missing.
 */
export function openUnixDatagramSocket(path: string): UnixDatagramSocket {
  if (process.platform === 'win32') throw systemError('socket', constants.errno.EAFNOSUPPORT);
  const { socket, connect, close, errno } = socketFunctions();
  const address = addressOf(path);
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('socket', errno());
  if (connect(fd, address, address.length) !== 0) {
    const error = systemError(`connect to "${path}"`, errno());
    close(fd);
    throw error;
  }
  return { send: (message) => sendNow(fd, message) >= 0, close: () => void close(fd) };
}

/**
 * Layout of `sockaddr_un`:
 *
 * ```
 *   Linux                          BSD, macOS
 *   0        2                     0      1        2
 *   ┌────────┬────────┬───┐        ┌──────┬────────┬────────┬───┐
 *   │ family │ path   │ 0 │        │ size │ family │ path   │ 0 │
 *   └────────┴────────┴───┘        └──────┴────────┴────────┴───┘
 * ```
 */
function addressOf(path: string): Buffer {
  const length = Buffer.byteLength(path);
  if (length === 0 || length >= MAX_PATH || path.includes('\0'))
    throw systemError(`connect to "${path}"`, constants.errno.ENAMETOOLONG);
  const address = Buffer.alloc(PATH_OFFSET + length + 1);
  if (IS_LINUX) new Uint16Array(address.buffer, address.byteOffset, 1)[0] = AF_UNIX;
  else address.set([address.length, AF_UNIX]);
  address.write(path, PATH_OFFSET);
  return address;
}

function systemError(what: string, number: number): NodeJS.ErrnoException {
  const code =
    Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
  return Object.assign(new Error(`${code}: cannot ${what}`), { code, errno: -number });
}
