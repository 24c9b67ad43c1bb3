/** A typed system log: conditions, ordered filters, targets, lines and syslog messages. */
export {
  type CatalogChange,
  type CatalogChangeKind,
  type CatalogEntry,
  catalogOf,
  compareCatalogs,
} from './catalog.ts';
export {
  COMPONENT_IDS,
  type ComponentDefinition,
  type ComponentOptions,
  hashedComponentId,
  type SubComponentDefinition,
} from './component.ts';
export { ComponentRegistry, componentRegistry } from './component-registry.ts';
export type {
  ConditionArguments,
  ConditionDefinition,
  ConditionMethod,
  ConditionOptions,
  MatchingParameters,
  ParameterDeclaration,
  ParameterDefinition,
} from './condition.ts';
export {
  CONFIGURATION_VERSION,
  changeFilter,
  createFilter,
  deleteFilter,
  FACTORY_CONFIGURATION,
  type FilterChange,
  findFilter,
  type LogConfiguration,
  setConditionDebug,
  setDebugMode,
  setMessagesPrivilege,
  setThreshold,
  withoutExpired,
} from './configuration.ts';
export {
  parseCatalog,
  parseComponentDefinition,
  parseConfiguration,
  savedConfiguration,
} from './configuration-schema.ts';
export {
  addSyslog,
  configureTarget,
  deleteSyslog,
  findTargets,
  type TargetChange,
} from './configure-target.ts';
export { criterionWords, parseCriteria, relevantCriteria } from './criterion-words.ts';
export type { Deliverer } from './delivery/delivery-directory.ts';
export { DELIVERY_COMPONENT, type DeliveryLine } from './delivery/delivery-line.ts';
export type { DeliveryState } from './delivery/delivery-state.ts';
export {
  type DeliveryStatus,
  readDeliveryStatus,
  type TargetDeliveryStatus,
} from './delivery/delivery-status.ts';
export { type FlushOptions, flushSystemLog } from './delivery/flush-system-log.ts';
export { type FollowSessionOptions, followSession, type SessionLine } from './delivery/follow-session.ts';
export { type ForwardOptions, forwardSyslog } from './delivery/forward-syslog.ts';
export {
  ComponentIdCollisionError,
  ConditionNotRegisteredError,
  InvalidDeclarationError,
  InvalidSeverityError,
  InvalidTimeLimitError,
  LogComponentExistsError,
  LogComponentRegisteredError,
  LogConfigurationError,
  LogFilterError,
  LogForwardedError,
  LogTargetExistsError,
  UnknownEventError,
  UnknownLogTargetError,
} from './errors.ts';
export { conditionId } from './event-name.ts';
export { type EventCandidate, matchEvents, parseEvents } from './event-selector.ts';
export { ALL_EVENTS, type Events, eventsText, includesCondition } from './events.ts';
export {
  ExosLogger,
  type ExosLoggerOptions,
  type HandlerMessage,
  type RegisteredLogger,
  type SubComponentOptions,
} from './exos-logger.ts';
export {
  DEFAULT_FILTER,
  DEFAULT_FILTER_NAME,
  evaluateFilter,
  type Filter,
  type FilterSubject,
  type PreparedFilter,
  prepareFilter,
  type StaticVerdict,
  staticVerdict,
  type Verdict,
} from './filter.ts';
export {
  addToFilter,
  deleteFromFilter,
  describeEdit,
  type FilterEdit,
  simplifyItems,
} from './filter-edit.ts';
export type { Criterion, FilterItem, FilterStatement, ParameterMatch, Selection } from './filter-item.ts';
export type { IncidentEmitter, IncidentSink } from './incident-sink.ts';
export {
  type InterestedTarget,
  interestedTargets,
  isBeingDebugged,
  isIncluded,
  judgeIncident,
  subjectOf,
  type TargetVerdict,
  thresholdOf,
} from './inclusion.ts';
export {
  DEFAULT_LINE_FORMAT,
  type FormatCompatibility,
  formatWords,
  type LineFormat,
  nextFormatWords,
  parseLineFormat,
  SYSLOG_LINE_FORMAT,
} from './line-format.ts';
export { describeFormat, type LineLayout, type LogLine, layOutLine } from './line-layout.ts';
export { LogEntries, type LogEntry, layOutEntry, logEntries } from './log-entry.ts';
export type { EntryLogger, FieldsFirstLogger, LogFields, LogHandler } from './log-handler.ts';
export {
  FACTORY_TARGETS,
  type LogTarget,
  NUMBER_OF_MESSAGES,
  type SyslogServer,
  type SyslogTls,
  syslogTarget,
  syslogTargetName,
  TARGET_FACILITIES,
  TARGET_KINDS,
  type TargetKind,
} from './log-target.ts';
export { compileMatchExpression, MAX_MATCH_EXPRESSION, type TextMatcher } from './match-expression.ts';
export {
  type MessageRenderer,
  type MessageTemplate,
  messageRenderer,
  parseMessageTemplate,
  type TemplateParameters,
} from './message-template.ts';
export {
  PARAMETER_TYPES,
  type ParameterRole,
  type ParameterType,
  type ParameterTypeInfo,
  type ParameterTypes,
} from './parameter-type.ts';
export { renderParameter } from './parameter-value.ts';
export {
  type RepeatDecision,
  type RepeatSummary,
  RepeatSuppression,
  type RepeatSuppressionOptions,
  repeatKey,
} from './repeat-suppression.ts';
export type { ReservedName } from './reserved-name.ts';
export {
  ALL_SEVERITIES,
  compareSeverity,
  DEBUG_SEVERITIES,
  isDebugSeverity,
  isSeverity,
  matchSeverities,
  parseSeverity,
  SEVERITIES,
  Severity,
  type SeverityInfo,
  type SeverityMask,
  severitiesIn,
  severityBit,
  severityInfo,
  severityMask,
  severityOfRank,
  severityRank,
} from './severity.ts';
export {
  type ComponentsListing,
  type ConditionCounters,
  FILTER_LEGEND,
  type FilterListing,
  type ListedCondition,
  layOutComponents,
  layOutCounters,
  layOutEvents,
  layOutFilter,
  layOutFilterItems,
  layOutLogFooter,
  layOutTargets,
} from './show-layout.ts';
export { parseSyslogAddress, type SyslogAddress } from './syslog-address.ts';
export {
  encodeRfc3164,
  encodeRfc5424,
  frameByNewline,
  frameByOctets,
  type Rfc3164Options,
  type Rfc5424Options,
  SYSLOG_FACILITIES,
  SYSLOG_MAX_LENGTH,
  type SyslogIncident,
} from './syslog-message.ts';
export {
  type ComponentProblem,
  findComponent,
  readComponents,
  saveComponent,
} from './system-log/component-files.ts';
export {
  announceConfiguration,
  readEffectiveConfiguration,
  readLogConfiguration,
  updateLogConfiguration,
} from './system-log/configuration-file.ts';
export {
  type ConditionCount,
  clearLogCounters,
  countOf,
  type LogCounters,
  readLogCounters,
} from './system-log/counters.ts';
export type { IncidentDetail } from './system-log/incident-detail.ts';
export {
  incidentDecoder,
  incidentOf,
  NVRAM_BUFFER,
  SYSTEM_LOG_BUFFER,
} from './system-log/incident-record.ts';
export {
  clearMessages,
  type Incident,
  type MessageLog,
  type Messages,
  messagesAmong,
  readMessages,
} from './system-log/message-log.ts';
export { nvramPath } from './system-log/nvram.ts';
export { closeSession, openSession } from './system-log/sessions.ts';
export { SystemLog, systemLog } from './system-log/system-log.ts';
export { parseTimeLimit, type TimeLimit, type TimeLimitContext } from './time-limit.ts';
