import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { PATIENCE } from './delivery.ts';

/** Why rsyslog can't be tried here; `undefined`: it can. */
export const noRsyslog: string | undefined =
  spawnSync('rsyslogd', ['-v'], { timeout: PATIENCE }).status === 0
    ? undefined
    : 'rsyslogd is not installed (Debian: rsyslog, rsyslog-gnutls)';

/** A message as rsyslog has understood it. */
export interface Understood {
  readonly msg: string;
  readonly app: string;
  readonly procid: string;
  readonly msgid: string;
  /** Name of the severity. */
  readonly severity: string;
  readonly facility: string;
  readonly input: string;
  /** Structured data, as `mmpstrucdata` has parsed it: by element, by name. */
  readonly 'rfc5424-sd'?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** An rsyslogd of a test's own, on loopback, with everything in a folder of its own. */
export class Rsyslog {
  readonly folder: string;
  /** By UDP and by TCP; with certificates, by TLS. */
  readonly port: number;
  readonly socket: string;
  readonly #configuration: string;
  readonly #output: string;
  #process: ChildProcess | undefined;

  private constructor(folder: string, port: number, certificates: string | undefined) {
    this.folder = folder;
    this.port = port;
    this.socket = join(folder, 'log');
    this.#output = join(folder, 'messages');
    this.#configuration = join(folder, 'rsyslog.conf');
    mkdirSync(join(folder, 'spool'));
    writeFileSync(this.#configuration, configurationOf(folder, port, certificates));
  }

  /**
   * Starts one.
   *
   * @param certificates A folder that `makeCertificates` has made: then TCP is TLS.
   */
  static async start(certificates?: string): Promise<Rsyslog> {
    const folder = mkdtempSync(join(tmpdir(), 'tracebuf-rsyslog-'));
    const server = new Rsyslog(folder, await freePort(), certificates);
    onTestFinished(async () => {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    });
    await server.restart();
    return server;
  }

  /** What it has written, oldest first. */
  get messages(): Understood[] {
    const lines = readFileSync(this.#output, 'utf8').split('\n');
    // The last one may be half written, and one that was is behind a kill -9.
    return lines.slice(0, -1).flatMap((line) => {
      try {
        return [JSON.parse(line) as Understood];
      } catch {
        return [];
      }
    });
  }

  /** Kills it, whatever it does. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGKILL');
    await once(running, 'exit');
  }

  /** Starts it in the same place. */
  async restart(): Promise<void> {
    writeFileSync(this.#output, '\n', { flag: 'a' });
    rmSync(this.socket, { force: true });
    const child = spawn('rsyslogd', ['-n', '-f', this.#configuration, '-i', join(this.folder, 'pid')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // It is there when it has written the pid file, which it does last.
    for (const deadline = Date.now() + PATIENCE; ; ) {
      if (spawnSync('sh', ['-c', `grep -qx ${child.pid} "$0"/pid`, this.folder]).status === 0) return;
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`rsyslogd did not start: ${stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function configurationOf(folder: string, port: number, certificates: string | undefined): string {
  const tls =
    certificates === undefined
      ? ''
      : 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"';
  const files =
    certificates === undefined
      ? ''
      : `DefaultNetstreamDriverCAFile="${certificates}/ca.pem" DefaultNetstreamDriverCertFile="${certificates}/server.pem" DefaultNetstreamDriverKeyFile="${certificates}/server.key"`;
  // Direct queues: what it has read it writes at once, so that a kill takes only what it has not read.
  return `
global(workDirectory="${folder}/spool" net.enableDNS="off" localHostname="localhost" maxMessageSize="8k" parser.escapeControlCharactersOnReceive="off" ${files})
main_queue(queue.type="Direct")
module(load="imudp")
module(load="imtcp" ${tls})
module(load="imuxsock" SysSock.Use="off")
module(load="mmpstrucdata")
input(type="imudp" address="127.0.0.1" port="${port}" rcvbufSize="1m")
input(type="imtcp" address="127.0.0.1" port="${port}")
input(type="imuxsock" Socket="${folder}/log" UseSpecialParser="off" RateLimit.Interval="0")
template(name="json" type="string" string="%$!all-json%\\n")
action(type="mmpstrucdata")
set $!msg = $msg;
set $!app = $app-name;
set $!procid = $procid;
set $!msgid = $msgid;
set $!severity = $syslogseverity-text;
set $!facility = $syslogfacility-text;
set $!input = $inputname;
action(type="omfile" file="${folder}/messages" template="json" asyncWriting="off")
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
