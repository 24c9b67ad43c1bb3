import type { ChildProcess } from 'node:child_process';
import { DemoError } from './demo-error.ts';
import type { ServiceReady } from './service.ts';
import { startTraceCli } from './trace-cli-process.ts';

/** Name of the service among the processes that have trace buffers. */
export const SERVICE = 'order-service';

/** The service, in a process of its own. */
export class ServiceProcess {
  readonly port: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, ended: Promise<void>, port: number) {
    this.#child = child;
    this.#ended = ended;
    this.pid = child.pid ?? 0;
    this.port = port;
  }

  /**
   * Starts the service and waits until it listens.
   *
   * @param signal Kills the service when it is aborted.
   * @throws DemoError
   */
  static async start(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<ServiceProcess> {
    const child = startTraceCli(['demo-service'], {
      env: { ...env, TRACEBUF_PROCESS: SERVICE },
      // The channel is what the service lives by: it ends when this process does, however that ends.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const kill = (): void => {
      child.kill('SIGKILL');
    };
    signal.addEventListener('abort', kill);
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => {
        signal.removeEventListener('abort', kill);
        resolve();
      });
    });
    return await new Promise((resolve, reject) => {
      child.once('message', ({ port }: ServiceReady) => resolve(new ServiceProcess(child, ended, port)));
      child.once('error', (error) =>
        reject(new DemoError(`The service cannot be started: ${error.message}.`)),
      );
      void ended.then(() => reject(new DemoError(`The service ended before it listened: ${errors.trim()}`)));
      if (signal.aborted) kill();
    });
  }

  /** Kills it as `kill -9` does: nothing in it gets to run any more. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Kills it where it still runs, and waits until it is gone. */
  async dispose(): Promise<void> {
    this.kill();
    await this.#ended;
  }
}
