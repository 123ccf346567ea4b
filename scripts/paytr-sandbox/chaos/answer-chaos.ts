import express from 'express';
import type { Response, Router } from 'express';
import type { SandboxState } from '../sandbox-state.ts';

/** The calls that chaos can break: those of the merchant's server that are about money. */
export const CHAOTIC_PATHS = [
  '/odeme/api/get-token',
  '/odeme/durum-sorgu',
  '/odeme/iade',
  '/rapor/islem-dokumu',
  '/rapor/odeme-dokumu',
  '/rapor/odeme-detayi',
] as const;

/** Breaks answers while chaos is on, before or after the work is done. */
export function answerChaos(state: SandboxState): Router {
  const router = express.Router();
  router.post([...CHAOTIC_PATHS], (req, res, next) => {
    const fault = state.chaos?.nextAnswer(req.path);
    if (fault !== undefined) state.log(`chaos: ${req.path} ${fault}`);
    if (fault === '500') res.status(500).type('text/plain').send('Internal Server Error');
    else if (fault === 'page') res.type('html').send('<!doctype html><title>PayTR</title><h1>Bakımda</h1>');
    else if (fault !== 'silent') {
      if (fault === 'late') swallow(res);
      if (fault === 'cut') cut(res);
      next();
    }
    // 'silent' sends nothing: the caller has to give up.
  });
  return router;
}

function swallow(res: Response): void {
  res.json = () => res;
}

function cut(res: Response): void {
  res.json = (answer: unknown) => {
    const text = JSON.stringify(answer);
    return res.type('application/json').send(text.slice(0, Math.floor(text.length / 2)));
  };
}
