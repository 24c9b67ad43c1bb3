import { type CommandSpec, JSON_OPTION, type OperandSpec, type OptionSpec } from '../command.ts';
import { eventLevelValue, keywordValue } from './option-values.ts';

const WORKS_ALWAYS = 'The processes need not cooperate: it works while their event loops are stuck, too.';

const PROVIDER_OPERAND: OperandSpec = {
  usage: '[<provider>]',
  presence: 'optional',
  description: 'name or GUID; *Name for the GUID that goes with a name',
  completes: 'provider',
};

const GUID_OPTION: OptionSpec = {
  flags: '-g, --guid <provider>',
  alias: '-guid',
  description: 'the provider, as tracelog has it: *Name or #GUID',
  completes: 'provider',
};

const PROCESS_OPTION: OptionSpec = {
  flags: '-p, --process <proc>',
  description: 'only in these processes; nothing is remembered then',
  completes: 'process',
};

export const listProvidersCommand: CommandSpec = {
  words: ['provider', 'list'],
  summary: 'the ETW providers of all processes, and which of their events are stored',
  operands: [
    {
      usage: '[<proc>]',
      presence: 'optional',
      description: 'name, pid or name.pid of a process; default: all',
      completes: 'process',
    },
  ],
  options: [JSON_OPTION],
  examples: [['provider list', 'all providers, and those that are enabled for processes to come']],
  load: async () => (await import('./list-providers.ts')).listProvidersOf,
};

export const showProviderCommand: CommandSpec = {
  words: ['provider', 'show'],
  summary: 'a provider: its processes, and the events that it has declared',
  operands: [PROVIDER_OPERAND],
  options: [GUID_OPTION, JSON_OPTION],
  examples: [['provider show MyCompany.MyComponent', 'its GUID, its events and their fields']],
  load: async () => (await import('./show-provider.ts')).showProvider,
};

export const enableProviderCommand: CommandSpec = {
  words: ['provider', 'enable'],
  summary: 'let providers store events, up to a level and by keywords',
  details: `${WORKS_ALWAYS} It is remembered for processes that start later, until "provider disable".

An event is stored if its level is at most the one given, and it has one of the keywords given or none at all. The options may be written as those of tracelog: -guid, -level, -matchanykw.`,
  operands: [PROVIDER_OPERAND],
  options: [
    GUID_OPTION,
    {
      flags: '-l, --level <level>',
      alias: '-level',
      description: 'critical, error, warning, info, verbose or 0 to 255; 0, the default: all',
      parse: eventLevelValue,
      completes: ['critical', 'error', 'warning', 'info', 'verbose'],
    },
    {
      flags: '-k, --keyword <mask>',
      alias: '-matchanykw',
      description: '64 bits such as 0x21; default: all of them',
      parse: keywordValue,
    },
    PROCESS_OPTION,
    JSON_OPTION,
  ],
  examples: [
    ['provider enable MyCompany.MyComponent', 'all of its events, now and in processes to come'],
    ['provider enable -guid *MyCompany.MyComponent -level 5 -matchanykw 0xf', 'as for tracelog'],
    ['provider enable MyCompany.MyComponent --level info --process web', 'in the processes named web'],
  ],
  load: async () => (await import('./enable-provider.ts')).enableProvider,
};

export const disableProviderCommand: CommandSpec = {
  words: ['provider', 'disable'],
  summary: 'keep providers from storing events; what they have stored stays',
  details: `${WORKS_ALWAYS} Processes that start later do not store them either.`,
  operands: [PROVIDER_OPERAND],
  options: [GUID_OPTION, PROCESS_OPTION, JSON_OPTION],
  examples: [['provider disable MyCompany.MyComponent', 'none of its events any more']],
  load: async () => (await import('./enable-provider.ts')).disableProvider,
};
