import { resolve } from 'node:path';
import {
  addSyslog,
  deleteSyslog,
  parseSyslogAddress,
  type SyslogServer,
  type SyslogTls,
  syslogTargetName,
  TARGET_FACILITIES,
} from '@tracebuf/exos-log';
import { visibleText } from '@tracebuf/ring';
import type { Run } from '../command.ts';
import { UsageError } from '../errors.ts';
import { ExitCode } from '../exit-code.ts';
import { demandServer } from '../log-words/target.ts';
import { WordReader } from '../word-reader.ts';
import { asUsage, changeConfiguration } from './change-configuration.ts';

const TRANSPORTS = ['udp', 'tcp', 'tls'] as const;
const PROTOCOLS = ['rfc3164', 'rfc5424'] as const;
/** What can be said of TLS; `no-verify` takes no value. */
const TLS_WORDS = ['ca', 'cert', 'key', 'servername', 'no-verify'] as const;
const CHOICES = [...TRANSPORTS, ...PROTOCOLS, 'from', ...TLS_WORDS] as const;
const DEFAULT_PORT = 514;
const DEFAULT_TLS_PORT = 6514;

/** Reads the words behind `configure syslog add`. @throws UsageError */
export function readAddRequest(reader: WordReader): SyslogServer {
  const address = reader.text('<address>{:<port>}');
  const { host, port, unix } = asUsage(() => parseSyslogAddress(address));
  const vr = reader.flag('vr') ? reader.text('<vr>') : undefined;
  const facility = reader.demand(TARGET_FACILITIES);
  const { transport, protocol = 'rfc3164', from, tls } = readChoices(reader, unix);
  reader.end();
  if (tls !== undefined && transport !== 'tls') {
    throw new UsageError(`${Object.keys(tls).join(', ')}: only a server that is reached by tls has that`);
  }
  return {
    host,
    port: port ?? (unix ? 0 : transport === 'tls' ? DEFAULT_TLS_PORT : DEFAULT_PORT),
    facility,
    transport: unix ? 'unix' : (transport ?? 'udp'),
    protocol,
    ...(vr === undefined ? {} : { vr }),
    ...(from === undefined ? {} : { from }),
    ...(tls === undefined ? {} : { tls }),
  };
}

/** What may be said of a server besides where it is. */
interface Choices {
  transport?: (typeof TRANSPORTS)[number];
  protocol?: (typeof PROTOCOLS)[number];
  from?: string;
  tls?: SyslogTls;
}

/** Reads transport, protocol and the rest, in any order, each once. */
function readChoices(reader: WordReader, unix: boolean): Choices {
  const choices: Choices = {};
  // A socket of this machine is neither, and has no certificate.
  let open: readonly (typeof CHOICES)[number][] = unix ? PROTOCOLS : CHOICES;
  for (;;) {
    const word = reader.take(open);
    if (word === undefined) return choices;
    const rivals = [TRANSPORTS, PROTOCOLS].find((all) => isOneOf(all, word)) ?? [word];
    open = open.filter((other) => !isOneOf(rivals, other));
    if (isOneOf(TRANSPORTS, word)) choices.transport = word;
    else if (isOneOf(PROTOCOLS, word)) choices.protocol = word;
    else if (word === 'from') choices.from = reader.text('<source-address>');
    else choices.tls = { ...choices.tls, ...readTls(reader, word) };
  }
}

function readTls(reader: WordReader, word: (typeof TLS_WORDS)[number]): SyslogTls {
  if (word === 'no-verify') return { verify: false };
  if (word === 'servername') return { servername: reader.text('<name>') };
  // The programs that send run elsewhere.
  return { [word]: resolve(reader.text('<file>')) };
}

function isOneOf<K extends string>(all: readonly K[], word: string): word is K {
  return (all as readonly string[]).includes(word);
}

/** `configure syslog add`. */
export const configureSyslogAdd: Run<object> = async ({ operands, out }) => {
  const server = readAddRequest(new WordReader(operands, 'configure syslog add'));
  changeConfiguration((configuration) => addSyslog(configuration, server));
  const name = visibleText(syslogTargetName(server));
  await out.line(`${name}: added; "trace-cli enable log target ${name}" makes it send`);
  return ExitCode.DONE;
};

/** Reads the words behind `configure syslog delete`. @throws UsageError */
export function readDeleteSyslogRequest(reader: WordReader): string {
  const server = demandServer(reader);
  reader.end();
  return server;
}

/** `configure syslog delete`. */
export const configureSyslogDelete: Run<object> = async ({ operands, out }) => {
  const server = readDeleteSyslogRequest(new WordReader(operands, 'configure syslog delete'));
  let deleted: string[] = [];
  changeConfiguration((configuration) => {
    const next = deleteSyslog(configuration, server);
    deleted = configuration.targets
      .filter((target) => !next.targets.includes(target))
      .map(({ name }) => name);
    return next;
  });
  for (const name of deleted) await out.line(`${visibleText(name)}: deleted`);
  return ExitCode.DONE;
};
