import { Router } from 'express';
import type { AppDeps } from '../../../app-deps.ts';
import { describePublicLog } from './describe-public-log.ts';

/** The addresses for monitors, as C2SP tlog-tiles writes them. */
const ADDRESSES = ['/log/<uuid>/checkpoint', '/log/<uuid>/tile/<L>/<N>[.p/<W>]'];

/** The page that says what the log is, by which keys it is verified, and where its heads are kept. */
export function createLogRouter({ db, config }: Pick<AppDeps, 'db' | 'config'>): Router {
  const router = Router();
  router.get('/', async (_req, res) => {
    res.render('transparency/log', { ...(await describePublicLog(db, config)), addresses: ADDRESSES });
  });
  return router;
}
