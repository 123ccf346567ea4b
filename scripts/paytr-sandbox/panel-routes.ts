import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Router } from 'express';
import { panelPage } from './panel-page.ts';
import type { SandboxState } from './sandbox-state.ts';

// Where the sandbox's own files are served, and the one path that PayTR itself serves.
const FILES: Record<string, string> = {
  '/sandbox/style.css': 'style.css',
  '/sandbox/frame-height.js': 'frame-height.js',
  '/js/iframeResizer.min.js': 'iframe-resizer.js',
};

/** The developer's view: every payment with its notifications, a button to send one again, and the static files. */
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

  for (const [path, file] of Object.entries(FILES)) {
    router.get(path, (_req, res) => {
      res.sendFile(fileURLToPath(new URL(file, import.meta.url)));
    });
  }
  return router;
}
