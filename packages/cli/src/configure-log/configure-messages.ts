import { setMessagesPrivilege } from '@tracebuf/exos-log';
import type { Run } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { WordReader } from '../word-reader.ts';
import { changeConfiguration } from './change-configuration.ts';

/** Reads the words behind `configure log messages`: who may read messages. @throws UsageError */
export function readPrivilegeRequest(reader: WordReader): 'admin' | 'user' {
  reader.demand(['privilege']);
  const privilege = reader.demand(['admin', 'user']);
  reader.end();
  return privilege;
}

/** `configure log messages privilege`. */
export const configureMessages: Run<object> = async ({ operands, out }) => {
  const privilege = readPrivilegeRequest(new WordReader(operands, 'configure log messages'));
  changeConfiguration((configuration) => setMessagesPrivilege(configuration, privilege));
  await out.line(`messages are for ${privilege === 'admin' ? 'administrators' : 'every user of this log'}`);
  return ExitCode.DONE;
};
