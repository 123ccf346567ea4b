import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Router } from 'express';
import { FRAME_HEIGHT_SCRIPT, IFRAME_RESIZER_SCRIPT } from './browser-scripts.ts';
import { panelPage } from './panel-page.ts';
import type { SandboxState } from './sandbox-state.ts';

const STYLESHEET = fileURLToPath(new URL('style.css', import.meta.url));

/**
 * The developer's view: every payment with its notifications, a button to send one again, and the static
 * files.
 */
export function panelRoutes(state: SandboxState): Router {
  const router = express.Router();
  router.get('/', (req, res) => {
    const lang = req.acceptsLanguages('en', 'tr') === 'tr' ? 'tr' : 'en';
    res.send(panelPage(lang, state.callbackUrl(), state.transactions));
  });

  router.post('/islem/:merchantOid/tekrar', async (req, res) => {
    const transaction = state.findByOid(req.params.merchantOid);
    if (transaction?.outcome) await state.deliver(transaction);
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
