type JsonSchema = Record<string, unknown>;

/**
 * The schema that we publish for files of `version` (such as 1.2). Every later file of the same major version
 * fits it, too.
 *
 * 1. An object may have more fields, added by later versions.
 * 2. A list of named values may have grown: the values of this version become examples.
 * 3. `schema_version` is this version or a later one.
 *
 * Our own tests use the closed form, so nothing undocumented is written.
 */
export function openSchema(schema: JsonSchema, version: string): JsonSchema {
  return opened(schema, version) as JsonSchema;
}

function opened(value: unknown, version: string): unknown {
  if (Array.isArray(value)) return value.map((item) => opened(item, version));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (key === 'additionalProperties' && inner === false) return [];
    if (key === 'enum') return [['examples', inner]];
    if (key === 'schema_version') return [[key, thisOrLater(inner as JsonSchema, version)]];
    return [[key, opened(inner, version)]];
  });
  return Object.fromEntries(entries);
}

function thisOrLater({ const: _version, ...rest }: JsonSchema, version: string): JsonSchema {
  const [major = '', minor = ''] = version.split('.');
  if (!/^\d$/.test(minor)) throw new Error('Bug! The pattern knows minor versions of one digit only.');
  return { ...rest, pattern: `^${major}\\.(?:[${minor}-9]|[1-9][0-9]+)$` };
}
