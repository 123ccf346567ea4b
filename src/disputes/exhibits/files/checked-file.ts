/** The kinds of files, told by their content; there is no other. */
export type FileKind = 'png' | 'jpeg' | 'pdf' | 'eml';

/** The media type of each kind. */
export const mediaTypes = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  pdf: 'application/pdf',
  eml: 'message/rfc822',
} as const satisfies Record<FileKind, string>;

/** Why a file is refused; each is a text of the page (`disputes.exhibits.fault_…`). */
export type FileFault =
  | 'empty'
  | 'unknown'
  | 'damaged'
  | 'too-many-pixels'
  | 'jpeg-process'
  | 'jpeg-colours'
  | 'pdf-encrypted'
  | 'pdf-script'
  | 'pdf-action'
  | 'pdf-files'
  | 'pdf-form'
  | 'pdf-hidden'
  | 'mail-attachment';

/** A file as it may be kept: `content` is what is stored, for pictures rebuilt from their pixels' data. */
export interface CheckedFile {
  kind: FileKind;
  content: Buffer;
  /** Pixels; null where the file is no picture. */
  width: number | null;
  height: number | null;
  /** Pages of a PDF; null elsewhere. */
  pages: number | null;
  /** The text of a mail, cut to a bound; null elsewhere. */
  text: string | null;
}

/** A refused file. */
export interface RefusedFile {
  fault: FileFault;
}

/** Longest side of a picture, in pixels: a long page as a browser stores it. */
export const SIDE_MAX = 20_000;
