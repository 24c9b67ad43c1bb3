import type { ElementList, FieldCatalog, FieldDefinition, FieldSource } from './catalog.ts';
import { type Fragment, sql, trusted } from './fragment.ts';

const ROWS = '"tracebuf_element"';

/**
 * The rows that a filter on elements is put to: one with each element, or one with what else the record has by the fields'
 * names. What is no object has no fields.
 */
export function elementRows(
  { document, key }: ElementList<never>,
  { fields }: FieldCatalog<never>,
): Fragment {
  const others = fields.flatMap(({ elementKey, source }) =>
    elementKey === undefined || source.kind !== 'json'
      ? []
      : `'${elementKey}', ${source.document} -> '$."${source.path.join('')}"'`,
  );
  return trusted(`(
    SELECT CASE type WHEN 'object' THEN value END AS value
      FROM json_each(${document}, '$.${key}') WHERE json_array_length(${document}, '$.${key}') > 0
    UNION ALL
    SELECT json_object(${others.join(', ')}) WHERE (json_array_length(${document}, '$.${key}') > 0) IS NOT TRUE
  ) AS ${ROWS}`);
}

/** Where a field is within the rows of {@link elementRows}. */
export function elementSource({ elementKey, source }: FieldDefinition<never>): FieldSource {
  return elementKey === undefined
    ? source
    : { kind: 'json', document: `${ROWS}."value"`, path: [elementKey], flat: false };
}

/** The first element of a name as JSON; NULL where there is none. */
export function elementDocument({
  document,
  key,
  nameKey,
  name,
}: FieldSource & { readonly kind: 'element' }): Fragment {
  const list = `json_each(CASE WHEN json_array_length(${document}, '$.${key}') > 0 THEN ${document} END, '$.${key}')`;
  // Names are compared as what they are made of: text with a NUL may be compared only up to it.
  const bytes = new TextEncoder().encode(name);
  return sql`(SELECT value FROM ${trusted(list)} WHERE type = 'object'
    AND CASE json_type(value, ${trusted(`'$.${nameKey}'`)}) WHEN 'text' THEN
      CAST(json_extract(value, ${trusted(`'$.${nameKey}'`)}) AS BLOB) = ${bytes} END LIMIT 1)`;
}
