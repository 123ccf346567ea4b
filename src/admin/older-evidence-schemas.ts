import { evidenceLinesJsonSchema } from './evidence-lines.ts';
import { evidenceJsonSchema } from './evidence-schema.ts';

/** A version that files out there name, and what a later one added to it: within 1.x nothing is ever taken away. */
const older = [
  {
    version: '1.0',
    added: [
      'connected_minutes',
      'active_minutes',
      'connected_workspace_hours',
      'active_workspace_hours',
      'counted_sessions',
      'partly_counted_sessions',
      'uncounted_sessions',
      'usage_explained',
      'on_behalf_of_user_id',
      'sessions_by_admins',
    ],
  },
];

/** The schemas of older versions, each at the address that the files of that version name. */
export function olderEvidenceSchemas(baseUrl: string): { path: string; schema: Record<string, unknown> }[] {
  return older.flatMap(({ version, added }) =>
    (['bundle', 'lines'] as const).map((form) => {
      const current = form === 'bundle' ? evidenceJsonSchema(baseUrl) : evidenceLinesJsonSchema(baseUrl);
      const path = `/schemas/evidence-${form}-${version}.json`;
      const schema = withoutAdded(current, version, new Set(added)) as Record<string, unknown>;
      return { path, schema: { ...schema, $id: `${baseUrl}${path}` } };
    }),
  );
}

function withoutAdded(schema: unknown, version: string, added: Set<string>): unknown {
  if (Array.isArray(schema)) return schema.map((item) => withoutAdded(item, version, added));
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (key === 'required' && Array.isArray(value))
      return [key, value.filter((name) => !added.has(String(name)))];
    if (key === 'properties') return [key, withoutAdded(withoutKeys(value as object, added), version, added)];
    if (key === 'schema_version') return [key, { ...(value as object), const: version }];
    return [key, withoutAdded(value, version, added)];
  });
  return Object.fromEntries(kept);
}

function withoutKeys(properties: object, added: Set<string>): object {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !added.has(name)));
}
