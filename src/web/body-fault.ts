import type { Request } from 'express';

/**
 * Logs why a request could not be read: too large, cut off, an unknown encoding. The error's own text is
 * never logged: the parsers quote the request in it, which may contain a password.
 */
export function logUnreadable(req: Request, error: unknown): void {
  req.log.info({ fault: faultOf(error), ...framingOf(req) }, 'a request could not be read');
}

/** The parsers name their own faults. A body that cannot be unpacked has only zlib's code. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if ('type' in error) return String(error.type);
  return 'code' in error ? String(error.code) : error.name;
}

function framingOf(req: Request): Record<string, string | null> {
  const header = (name: string): string | null => req.get(name)?.slice(0, 200) ?? null;
  return {
    contentType: header('content-type'),
    contentLength: header('content-length'),
    contentEncoding: header('content-encoding'),
  };
}
