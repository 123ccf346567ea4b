import { readFileSync } from 'node:fs';

/** Versions that files out there name, and the two forms of each. */
const OLDER = ['1.0', '1.1'].flatMap((version) => [
  `evidence-bundle-${version}`,
  `evidence-lines-${version}`,
]);

const BASE_URL = '{baseUrl}';

/**
 * The schemas of older versions, each at the address that the files of that version name. They are kept as
 * they were published and never made anew: what the code of today says about a field may not change what a
 * file of then was promised to be. Both versions are closed, so that each fits the files of its own version
 * only.
 */
export function olderEvidenceSchemas(baseUrl: string): { path: string; schema: Record<string, unknown> }[] {
  return OLDER.map((name) => {
    const file = new URL(`published/${name}.json`, import.meta.url);
    const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    return {
      path: `/schemas/${name}.json`,
      schema: { ...schema, $id: idOf(schema).replace(BASE_URL, baseUrl) },
    };
  });
}

function idOf({ $id }: Record<string, unknown>): string {
  return typeof $id === 'string' ? $id : '';
}
