import type { LogConfiguration } from '@tracebuf/exos-log';
import { TracebufError } from '@tracebuf/ring';

/**
 * Obeys `configure log messages privilege admin`: then only root is shown messages. It keeps them off screens and out
 * of scripts; what guards them is that their files belong to their user alone.
 *
 * @throws TracebufError where this user may not read messages.
 */
export function checkMessagesPrivilege({ messagesPrivilege }: LogConfiguration): void {
  if (messagesPrivilege === 'user' || process.geteuid?.() === 0) return;
  throw new TracebufError(
    'ERR_TRACEBUF_LOG_PRIVILEGE',
    'Messages are for administrators only: run this as root, or say "trace-cli configure log messages privilege user".',
  );
}
