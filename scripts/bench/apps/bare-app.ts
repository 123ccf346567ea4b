import type { AddressInfo } from 'node:net';
import express from 'express';
import { createPassport } from '../../../src/auth/passport.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { createDb } from '../../../src/db/db.ts';
import { createBrowserSessions } from '../../../src/web/sessions/browser-session.ts';

/**
 * A handler that does nothing behind the product's own browser sessions: the least a signed-in request can
 * cost.
 */
function main(): void {
  const config = loadConfig(process.env);
  const db = createDb({ url: config.databaseUrl, poolMax: config.databasePoolMax });
  const sessionsDb = createDb({ url: config.databaseUrl, poolMax: 4 });
  const passport = createPassport({ config, db });
  const app = express();
  app.set('trust proxy', config.trustProxy);
  app.use((req, _res, next) => {
    req.receivedAt = new Date();
    next();
  });
  app.use(createBrowserSessions(config, sessionsDb));
  // The session alone: neither the person that it belongs to, nor a row written because it was used.
  app.get('/*path', (req, res) => {
    req.sessionStore.touch = (_id, _session, done) => done?.();
    res.status(req.session.signedInAt === undefined ? 401 : 204).end();
  });
  app.use(passport.session());
  app.post('/*path', (req, res) => {
    res.status(req.user === undefined ? 401 : 204).end();
  });
  const server = app.listen(config.port, () => {
    process.send?.({ listening: (server.address() as AddressInfo).port });
  });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}

main();
