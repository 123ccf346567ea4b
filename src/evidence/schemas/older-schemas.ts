import { readFileSync } from 'node:fs';

/** Versions that files in circulation name, and the two forms of each. */
const OLDER = ['1.0', '1.1'].flatMap((version) => [
  `evidence-bundle-${version}`,
  `evidence-lines-${version}`,
]);

const BASE_URL = '{baseUrl}';

/**
 * The schemas of older versions, each at the address that its files name. They are kept as they were
 * published and never generated again: today's code must not change what an older file was promised to be.
 * Both versions are closed and fit only files of their own version.
 */
export function olderEvidenceSchemas(
  baseUrl: string,
): { path: string; make: () => Record<string, unknown> }[] {
  return OLDER.map((name) => ({
    path: `/schemas/${name}.json`,
    make: () => readPublished(name, baseUrl),
  }));
}

function readPublished(name: string, baseUrl: string): Record<string, unknown> {
  const file = new URL(`published/${name}.json`, import.meta.url);
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return { ...schema, $id: idOf(schema).replace(BASE_URL, baseUrl) };
}

function idOf({ $id }: Record<string, unknown>): string {
  return typeof $id === 'string' ? $id : '';
}
