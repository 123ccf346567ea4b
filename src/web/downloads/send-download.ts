import { pipeline } from 'node:stream/promises';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { Request, Response } from 'express';
import { requestContext } from '../../audit/request-context.ts';
import type { Download, DownloadEnd } from './download.ts';
import { watchReader, type ReaderLimits } from './least-rate.ts';

/**
 * Each download holds a database connection until its reader is done. 16 KiB a second is less than a phone on
 * a train takes, and ends a download that only occupies its place. The whole may take any time.
 */
const READER_LIMITS: ReaderLimits = { idleMs: 60_000, leastBytesPerSecond: 16_384, windowMs: 60_000 };

/** The fastest level: similar rows still shrink to a tenth, and the processor is needed to produce them. */
const GZIP_LEVEL = 1;

/**
 * Sends the pieces of `make`, no faster than the reader takes them, compressed when the reader accepts it.
 * However the download ends, `finish` is called.
 *
 * 1. The signal that `make` gets aborts as soon as the reader is gone.
 * 2. A fault after the first byte cuts the connection, so that half a file is never taken for a whole one.
 */
export async function sendDownload(
  req: Request,
  res: Response,
  make: (signal: AbortSignal) => Promise<Download>,
  limits = READER_LIMITS,
): Promise<void> {
  const signal = signalOfClose(res);
  const startedMs = performance.now();
  const sent = { bytes: 0 };
  const cutFor: { reason?: 'reader-idle' | 'reader-slow' } = {};
  const cut = (reason: 'reader-idle' | 'reader-slow'): void => {
    cutFor.reason ??= reason;
    res.destroy();
  };
  let unwatch = (): void => undefined;
  const end = (): { bytes: number; seconds: number } => ({
    bytes: sent.bytes,
    seconds: Math.round(performance.now() - startedMs) / 1000,
  });
  let download: Download | undefined;
  try {
    download = await make(signal);
    setHeaders(res, download);
    res.setTimeout(limits.idleMs, () => {
      cut('reader-idle');
    });
    unwatch = watchReader(res, limits, () => {
      cut('reader-slow');
    });
    await send(req, res, download.chunks, sent);
  } catch (error) {
    const reason = cutFor.reason ?? (signal.aborted || isReaderGone(error) ? 'reader-gone' : 'failed');
    await finish(req, download, { success: false, reason, ...end() });
    if (reason === 'failed') throw error;
    req.log.info({ fileName: download?.fileName, reason }, 'the reader of a download went away');
    return;
  } finally {
    unwatch();
  }
  await finish(req, download, { success: true, ...end() });
}

async function finish(req: Request, download: Download | undefined, end: DownloadEnd): Promise<void> {
  // The end has a time of its own: the request's time is that of the beginning.
  await download?.finish({ ...requestContext(req), at: new Date() }, end);
}

function signalOfClose(res: Response): AbortSignal {
  const closed = new AbortController();
  // The middleware before us and the pipeline use up the ten listeners that Node takes for normal.
  res.setMaxListeners(res.getMaxListeners() + 1);
  if (res.closed) closed.abort();
  res.once('close', () => {
    closed.abort();
  });
  return closed.signal;
}

function setHeaders(res: Response, { fileName, contentType }: Download): void {
  res.setHeader('content-type', contentType);
  res.setHeader('content-disposition', `attachment; filename="${fileName}"`);
  res.setHeader('cache-control', 'no-store');
  res.vary('Accept-Encoding');
}

async function send(
  req: Request,
  res: Response,
  chunks: AsyncIterable<string | Buffer>,
  sent: { bytes: number },
): Promise<void> {
  if (req.acceptsEncodings('gzip', 'identity') === 'gzip') {
    res.setHeader('content-encoding', 'gzip');
    const gzip = createGzip({ level: GZIP_LEVEL });
    await pipeline(counted(chunks, sent, gzip), gzip, res);
  } else {
    await pipeline(counted(chunks, sent, null), res);
  }
}

/**
 * Counts the bytes of the uncompressed file. The first piece is flushed at once, without waiting in the
 * compressor for more.
 */
async function* counted(
  chunks: AsyncIterable<string | Buffer>,
  sent: { bytes: number },
  gzip: Gzip | null,
): AsyncGenerator<Buffer, void> {
  let isFirst = true;
  for await (const chunk of chunks) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    sent.bytes += bytes.length;
    yield bytes;
    if (isFirst) gzip?.flush(constants.Z_SYNC_FLUSH);
    isFirst = false;
  }
}

function isReaderGone(error: unknown): boolean {
  const codes = ['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EPIPE'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
