import type { Response } from 'express';

/** How slow a reader of a download may be. */
export interface ReaderLimits {
  /** A reader that takes nothing for so long is gone, in milliseconds. */
  idleMs: number;
  /** A reader that is waited for takes so many bytes a second at least … */
  leastBytesPerSecond: number;
  /** … on the average of so much waiting, in milliseconds. */
  windowMs: number;
}

/** How often it is looked, in milliseconds; also how long a moment of waiting counts. */
const LOOK_EVERY_MS = 250;

/**
 * Calls `cut` when the reader has been waited for a whole window and has taken less than the least rate
 * meanwhile. Only moments in which there is something to take count: a database that gives nothing is not the
 * reader's fault. Returns how to stop.
 */
export function watchReader(res: Response, limits: ReaderLimits, cut: () => void): () => void {
  const { leastBytesPerSecond, windowMs } = limits;
  let waitedMs = 0;
  let takenBefore = takenBytes(res);
  let lastLookMs = performance.now();
  const look = (): void => {
    const now = performance.now();
    const passedMs = now - lastLookMs;
    lastLookMs = now;
    if (res.writableNeedDrain || res.writableLength > 0) waitedMs += passedMs;
    if (waitedMs < windowMs) return;
    const taken = takenBytes(res) - takenBefore;
    if (taken < (leastBytesPerSecond * waitedMs) / 1000) cut();
    takenBefore += taken;
    waitedMs = 0;
  };
  const timer = setInterval(look, Math.min(LOOK_EVERY_MS, windowMs / 4)).unref();
  return () => {
    clearInterval(timer);
  };
}

/** What has left for the reader, compressed as it was sent. */
function takenBytes({ socket }: Response): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
