import { Router } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { EVIDENCE_LINES_SCHEMA_PATH, evidenceLinesJsonSchema } from './line-schema.ts';
import { EVIDENCE_SCHEMA_PATH, evidenceJsonSchema } from './bundle-schema.ts';
import { olderEvidenceSchemas } from './older-schemas.ts';

/**
 * Publishes the JSON Schemas of the evidence, so that every recipient of a file can read what each field
 * means. Each is written when somebody first asks for it: all of them took two fifths of creating the app.
 */
export function createSchemaRouter({ config }: Pick<AppDeps, 'config'>): Router {
  const router = Router();
  const schemas = [
    { path: EVIDENCE_SCHEMA_PATH, make: () => evidenceJsonSchema(config.baseUrl) },
    { path: EVIDENCE_LINES_SCHEMA_PATH, make: () => evidenceLinesJsonSchema(config.baseUrl) },
    ...olderEvidenceSchemas(config.baseUrl),
  ];
  for (const { path, make } of schemas) {
    let text: string | undefined;
    router.get(path, (_req, res) => {
      text ??= JSON.stringify(make(), null, 2);
      res.setHeader('cache-control', 'public, max-age=3600');
      res.type('application/schema+json').send(text);
    });
  }
  return router;
}
