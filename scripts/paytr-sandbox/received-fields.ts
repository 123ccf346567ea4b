import express from 'express';
import type { ErrorRequestHandler, RequestHandler } from 'express';

// Far more than the longest basket and every other field together.
const LIMIT = '1mb';
const MULTIPART = 'multipart/form-data';

/**
 * Reads a posted form into `req.body`, urlencoded or multipart: PayTR's own modules give curl an array, which
 * becomes multipart. Anything else, too long or broken, counts as a request without fields.
 */
export function readForm(): (RequestHandler | ErrorRequestHandler)[] {
  const readParts: RequestHandler = async (req, _res, next) => {
    if (Buffer.isBuffer(req.body)) req.body = await readMultipart(req.body, req.get('content-type') ?? '');
    next();
  };
  const countAsEmpty: ErrorRequestHandler = (_error, req, _res, next) => {
    req.body = {};
    next();
  };
  return [
    express.urlencoded({ extended: false, limit: LIMIT }),
    express.raw({ type: MULTIPART, limit: LIMIT }),
    readParts,
    countAsEmpty,
  ];
}

/** Posted fields as plain texts. A repeated name counts as not sent. */
export function receivedFields(body: unknown): Record<string, string> {
  if (typeof body !== 'object' || body === null) return {};
  const texts = Object.entries(body).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts);
}

// Repeated names stay a list, as in the urlencoded reader. A file is no text.
async function readMultipart(body: Buffer, contentType: string): Promise<Record<string, unknown>> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it warns of endless bodies; this one is within LIMIT
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  const names = [...new Set(form.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = form.getAll(name);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}
