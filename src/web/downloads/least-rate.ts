import type { Response } from 'express';

/** How slow the reader of a download may be. */
export interface ReaderLimits {
  /** A reader that takes nothing for so long is taken for gone, in milliseconds. */
  idleMs: number;
  /** Least rate of a reader while we wait for it, in bytes a second. */
  leastBytesPerSecond: number;
  /** Time of waiting over which that rate is measured, in milliseconds. */
  windowMs: number;
}

/** How often the reader is checked, in milliseconds. Each check counts as so much waiting. */
const LOOK_EVERY_MS = 250;

/**
 * Calls `cut` when we have waited for the reader over a whole window and it took less than the least rate.
 * Only moments with something to take count: a slow database is not the reader's fault. Returns a function
 * that stops the watch.
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

/** The bytes that the reader has taken, compressed as they were sent. */
function takenBytes({ socket }: Response): number {
  return socket === null ? 0 : socket.bytesWritten - socket.writableLength;
}
