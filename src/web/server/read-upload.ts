import type { Request, RequestHandler } from 'express';
import { InvalidInput } from '../../errors.ts';
import multer, { MulterError } from 'multer';

/** A file that came with a form. `null` content: it was larger than allowed. */
interface UploadedFile {
  content: Buffer | null;
}

const uploads = new WeakMap<Request, UploadedFile>();

/**
 * Reads a form with one file (`file`, kept in memory) where `mayUpload` allows it; other requests pass
 * unread, so that their form token is missing and they are refused. Comes before CSRF protection, which needs
 * the token of the form: the token must stand before the file.
 */
export function readUpload(options: {
  mayUpload: (req: Request) => boolean;
  bytesMax: number;
}): RequestHandler {
  // A client's name of the file is never used.
  const read = multer({
    storage: multer.memoryStorage(),
    limits: { fileSize: options.bytesMax, files: 1, fields: 20, fieldSize: 16_384, parts: 21 },
    defParamCharset: 'utf8',
  }).single('file');
  return (req, res, next) => {
    if (!req.is('multipart/form-data') || !options.mayUpload(req)) {
      next();
      return;
    }
    read(req, res, (error: unknown) => {
      if (req.file !== undefined && req.file.size > 0) uploads.set(req, { content: req.file.buffer });
      if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') {
        uploads.set(req, { content: null });
        next();
      } else next(error === undefined ? undefined : new InvalidInput({ cause: error }));
    });
  };
}

/** The file that came with a form. Undefined when none was chosen. */
export function uploadOf(req: Request): UploadedFile | undefined {
  return uploads.get(req);
}
