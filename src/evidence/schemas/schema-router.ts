import { Router } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { EVIDENCE_LINES_SCHEMA_PATH, evidenceLinesJsonSchema } from './line-schema.ts';
import { EVIDENCE_SCHEMA_PATH, evidenceJsonSchema } from './bundle-schema.ts';
import { olderEvidenceSchemas } from './older-schemas.ts';

/**
 * Publishes the JSON Schemas of the evidence, so that every recipient of a file can read what each field
 * means.
 */
export function createSchemaRouter({ config }: Pick<AppDeps, 'config'>): Router {
  const router = Router();
  const schemas = [
    { path: EVIDENCE_SCHEMA_PATH, schema: evidenceJsonSchema(config.baseUrl) },
    { path: EVIDENCE_LINES_SCHEMA_PATH, schema: evidenceLinesJsonSchema(config.baseUrl) },
    ...olderEvidenceSchemas(config.baseUrl),
  ];
  for (const { path, schema } of schemas) {
    const text = JSON.stringify(schema, null, 2);
    router.get(path, (_req, res) => {
      res.setHeader('cache-control', 'public, max-age=3600');
      res.type('application/schema+json').send(text);
    });
  }
  return router;
}
