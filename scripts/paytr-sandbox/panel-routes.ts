import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Request, Response, Router } from 'express';
import { readSeed } from './chaos/chaos.ts';
import { FRAME_HEIGHT_SCRIPT, IFRAME_RESIZER_SCRIPT } from './browser-scripts.ts';
import { panelPage } from './panel-page.ts';
import { readForm, receivedFields } from './received-fields.ts';
import { readMajor, refundWithoutReference } from './refund-answer.ts';
import type { SandboxState } from './sandbox-state.ts';

const STYLESHEET = fileURLToPath(new URL('style.css', import.meta.url));

/**
 * The developer's view: every payment with its notifications and refunds, a button to send a notification
 * again, forms to give money back and to begin a bad day, and the static files.
 */
export function panelRoutes(state: SandboxState): Router {
  const router = express.Router();
  router.get('/', (req, res) => {
    res.send(panelPage(languageOf(req), state));
  });

  router.post('/islem/:merchantOid/iade', ...readForm(), (req: Request, res: Response) => {
    const transaction = state.findByOid(String(req.params['merchantOid']));
    const amount = (receivedFields(req.body)['amount'] ?? '').trim().replace(',', '.');
    const refused = transaction && refundWithoutReference(state, transaction, readMajor(amount));
    if (refused === undefined) res.redirect(303, '/');
    else res.status(422).send(panelPage(languageOf(req), state, { refund: refused }));
  });

  router.post('/islem/:merchantOid/tekrar', async (req, res) => {
    const transaction = state.findByOid(req.params.merchantOid);
    if (transaction?.outcome) await state.deliver(transaction);
    res.redirect(303, '/');
  });

  router.post('/sandbox/chaos', ...readForm(), (req: Request, res: Response) => {
    const { seed: typed = '', stop } = receivedFields(req.body);
    const seed = readSeed(typed);
    if (stop === undefined && seed === undefined) {
      res.status(422).send(panelPage(languageOf(req), state, { seed: typed }));
      return;
    }
    state.setChaos(stop === undefined ? seed : undefined);
    res.redirect(303, '/');
  });

  router.get('/sandbox/style.css', (_req, res) => {
    res.sendFile(STYLESHEET);
  });
  router.get('/sandbox/frame-height.js', (_req, res) => {
    res.type('text/javascript').send(FRAME_HEIGHT_SCRIPT);
  });
  router.get('/js/iframeResizer.min.js', (_req, res) => {
    res.type('text/javascript').send(IFRAME_RESIZER_SCRIPT);
  });
  return router;
}

function languageOf(req: Request): 'tr' | 'en' {
  return req.acceptsLanguages('en', 'tr') === 'tr' ? 'tr' : 'en';
}
