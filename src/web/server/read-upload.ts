import type { Request, RequestHandler } from 'express';
import { InvalidInput } from '../../errors.ts';
import multer, { MulterError } from 'multer';
import { storable } from '../../storable-text.ts';

/** A file that came with a form. `null` content: it was larger than allowed. */
interface UploadedFile {
  content: Buffer | null;
  /** The name that the browser gave, to be shown and never to name a file. Null when it gave none. */
  name: string | null;
}

/** Longest name that is passed on, in UTF-16 units. */
const NAME_MAX = 200;

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
      const { file } = req;
      if (file !== undefined && file.size > 0)
        uploads.set(req, { content: file.buffer, name: readableName(file.originalname) });
      if (error instanceof MulterError && error.code === 'LIMIT_FILE_SIZE') {
        uploads.set(req, { content: null, name: null });
        next();
      } else next(error === undefined ? undefined : new InvalidInput({ cause: error }));
    });
  };
}

/** The name without folders and without characters that show nothing or turn the reading direction. */
function readableName(given: string): string | null {
  const name = storable(given)
    .split(/[/\\]/)
    .at(-1)
    ?.normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, NAME_MAX);
  return name === undefined || name === '' ? null : name.toWellFormed();
}

/** The file that came with a form. Undefined when none was chosen. */
export function uploadOf(req: Request): UploadedFile | undefined {
  return uploads.get(req);
}
