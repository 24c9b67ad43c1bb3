import { clearLogCommand, clearLogCountersCommand } from './clear-log/command.ts';
import type { CommandSpec } from './command.ts';
import { compareCatalogsCommand } from './compare-catalogs/command.ts';
import { completeCommand, completionCommand } from './completion/command.ts';
import {
  configureLogComponentCommand,
  configureLogDisplayCommand,
  configureLogFilterCommand,
  configureLogMessagesCommand,
  configureLogTargetCommand,
  configureSyslogAddCommand,
  configureSyslogDeleteCommand,
  createLogFilterCommand,
  deleteLogFilterCommand,
} from './configure-log/command.ts';
import {
  clearTraceCommand,
  disableTraceCommand,
  enableTraceCommand,
  setTraceLevelCommand,
} from './control-trace/command.ts';
import { demoCommand, demoServiceCommand } from './demo/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { dumpTraceCommand } from './dump-trace/command.ts';
import {
  disableLogDebugCommand,
  disableLogDebugModeCommand,
  disableLogTargetCommand,
  enableLogDebugCommand,
  enableLogDebugModeCommand,
  enableLogTargetCommand,
} from './enable-log/command.ts';
import { explainCommand } from './explain/command.ts';
import { exportCommand } from './export/command.ts';
import { forwardCommand } from './forward/command.ts';
import { helpCommand } from './help/command.ts';
import {
  disableProviderCommand,
  enableProviderCommand,
  listProvidersCommand,
  showProviderCommand,
} from './provider/command.ts';
import { pruneCommand } from './prune/command.ts';
import { psCommand } from './ps/command.ts';
import { queryCommand } from './query/command.ts';
import { recordCommand } from './record/command.ts';
import {
  showLogCommand,
  showLogComponentsCommand,
  showLogConfigurationCommand,
  showLogCountersCommand,
  showLogDeliveryCommand,
  showLogEventsCommand,
} from './show-log/command.ts';
import { showSpansCommand } from './show-spans/command.ts';
import { showTraceCommand } from './show-trace/command.ts';
import { testFilterCommand } from './test-filter/command.ts';
import { viewCommand } from './view/command.ts';

/** All commands, in the order in which help lists them. Their programs are loaded when they are called. */
export const commands: readonly CommandSpec[] = [
  psCommand,
  showTraceCommand,
  clearTraceCommand,
  dumpTraceCommand,
  enableTraceCommand,
  disableTraceCommand,
  setTraceLevelCommand,
  showSpansCommand,
  showLogCommand,
  showLogComponentsCommand,
  showLogEventsCommand,
  showLogCountersCommand,
  showLogConfigurationCommand,
  showLogDeliveryCommand,
  explainCommand,
  clearLogCommand,
  clearLogCountersCommand,
  configureLogFilterCommand,
  configureLogTargetCommand,
  configureLogComponentCommand,
  configureLogDisplayCommand,
  configureLogMessagesCommand,
  createLogFilterCommand,
  deleteLogFilterCommand,
  configureSyslogAddCommand,
  configureSyslogDeleteCommand,
  enableLogTargetCommand,
  disableLogTargetCommand,
  enableLogDebugModeCommand,
  disableLogDebugModeCommand,
  enableLogDebugCommand,
  disableLogDebugCommand,
  testFilterCommand,
  compareCatalogsCommand,
  recordCommand,
  forwardCommand,
  viewCommand,
  queryCommand,
  exportCommand,
  listProvidersCommand,
  showProviderCommand,
  enableProviderCommand,
  disableProviderCommand,
  pruneCommand,
  doctorCommand,
  demoCommand,
  helpCommand,
  completionCommand,
  completeCommand,
  demoServiceCommand,
];
