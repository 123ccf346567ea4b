import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Router } from 'express';

/**
 * The page that verifies an evidence file in the browser, and the program that strangers verify it with on
 * their own machine.
 */
export function createVerifyRouter(): Router {
  const router = Router();
  router.get('/verify', (_req, res) => {
    res.render('transparency/verify');
  });
  router.get('/verify.mjs', async (_req, res) => {
    const program = await readFile(join(import.meta.dirname, 'verify.mjs'), 'utf8');
    res.setHeader('cache-control', 'public, max-age=3600');
    res.type('text/javascript').send(program);
  });
  return router;
}
