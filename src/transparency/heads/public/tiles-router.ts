import { Router, type Request } from 'express';
import type { AppDeps } from '../../../app-deps.ts';
import { addressKey } from '../../../auth/attempt-limits.ts';
import { NotFound } from '../../../errors.ts';
import { createRateLimit } from '../../../web/rate-limit.ts';
import { readPublicCheckpoint, readPublicTile } from './read-public-log.ts';

/** A monitor that reads a log of a million records for the first time asks for some 4 000 tiles. */
const READS_PER_MINUTE = 600;

/** A checkpoint is replaced soon, and a full tile never changes. Hashes cannot be compressed. */
const CACHED = {
  checkpoint: 'public, max-age=5',
  partial: 'public, max-age=3600, no-transform',
  full: 'public, max-age=31536000, immutable, no-transform',
};

/**
 * The logs for monitors (C2SP tlog-tiles): checkpoints and hashes, without a browser session and without a
 * record. Mounted at `/log`.
 */
export function createTilesRouter({ db }: Pick<AppDeps, 'db'>): Router {
  const router = Router();
  const limit = createRateLimit(db, {
    ...{ name: 'log-reads', points: READS_PER_MINUTE, durationSeconds: 60 },
  });
  const count = async (req: Request): Promise<void> => {
    const key = addressKey(req.ip ?? null);
    if (key !== null) await limit.consume(key);
  };
  router.get('/:uuid/checkpoint', async (req, res) => {
    await count(req);
    const note = await readPublicCheckpoint(db, req.params.uuid);
    if (note === null) throw new NotFound();
    res.setHeader('cache-control', CACHED.checkpoint);
    res.setHeader('content-type', 'text/plain; charset=utf-8');
    res.send(Buffer.from(note));
  });
  router.get('/:uuid/tile/*path', async (req, res) => {
    await count(req);
    // The path as it was sent: a group that is encoded otherwise is another path.
    const path = req.path.slice(req.params.uuid.length + 2);
    const tile = await readPublicTile(db, req.params.uuid, path);
    if (tile === null) throw new NotFound();
    res.setHeader('cache-control', tile.isFull ? CACHED.full : CACHED.partial);
    res.type('application/octet-stream').send(tile.hashes);
  });
  return router;
}
