import { TracebufError } from '@tracebuf/ring';

/** What kind of fault an {@link EtwError} tells of. */
export type EtwErrorCategory =
  | 'builder_state'
  | 'too_many_fields'
  | 'metadata_too_long'
  | 'data_too_long'
  | 'bad_length'
  | 'bad_tag'
  | 'bad_out_type'
  | 'bad_guid'
  | 'bad_field_count'
  | 'bad_type'
  | 'bad_schema'
  | 'name_has_nul'
  | 'odd_length'
  | 'range'
  | 'not_a_number'
  | 'encoding'
  | 'empty_name'
  | 'provider_name_too_long'
  | 'register_failed'
  | 'set_traits_failed'
  | 'etw_invalid_parameter'
  | 'etw_event_too_large';

/** An event or a provider can't be made of what was given, or Windows refused one. */
export class EtwError extends TracebufError {
  static {
    EtwError.prototype.name = 'EtwError';
  }

  /** What kind of fault it is; the {@link code} is `ERR_TRACEBUF_ETW_` and this in capitals. */
  readonly category: EtwErrorCategory;
  /** Status that Windows returned, where it refused. */
  readonly status: number | undefined;

  /** @param message What failed, the value at fault in quotes, and what to do. */
  constructor(category: EtwErrorCategory, message: string, status?: number) {
    super(`ERR_TRACEBUF_ETW_${category.replace(/^etw_/, '').toUpperCase()}`, message);
    this.category = category;
    this.status = status;
  }
}

const MAX_SHOWN = 60;

/** A value as error messages show it: in quotes, on one line, not too long. */
export function shown(value: unknown): string {
  let text: string;
  try {
    text =
      typeof value === 'object' && value !== null ? Object.prototype.toString.call(value) : String(value);
  } catch {
    text = typeof value;
  }
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
