import { Router } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { EVIDENCE_SCHEMA_PATH, evidenceJsonSchema } from './evidence-schema.ts';

/** Publishes the JSON Schema of the evidence bundle: whoever receives a bundle may read what each field means. */
export function createSchemaRouter({ config }: Pick<AppDeps, 'config'>): Router {
  const schema = JSON.stringify(evidenceJsonSchema(config.baseUrl), null, 2);
  const router = Router();
  router.get(EVIDENCE_SCHEMA_PATH, (_req, res) => {
    res.setHeader('cache-control', 'public, max-age=3600');
    res.type('application/schema+json').send(schema);
  });
  return router;
}
