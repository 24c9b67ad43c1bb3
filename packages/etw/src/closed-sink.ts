import { type EventChannel, type EventSink, Status } from './event-sink.ts';

/** Takes the place of a sink that could not be opened. */
export class ClosedSink implements EventSink {
  readonly isOpen = false;

  isEnabled(): boolean {
    return false;
  }

  write(): number {
    return Status.INVALID_HANDLE;
  }

  declare(): EventChannel {
    return { isEnabled: () => false, write: () => Status.INVALID_HANDLE };
  }

  close(): void {
    // It never was open.
  }
}
