import type { RequestContext } from '../../audit/request-context.ts';

/** A file that is made while it is sent. */
export interface Download {
  /** ASCII. */
  fileName: string;
  contentType: string;
  chunks: AsyncIterable<string | Buffer>;
  /** Writes down how it ended; whoever sends the download calls it once. */
  finish(context: RequestContext, end: DownloadEnd): Promise<void>;
}

export type DownloadEnd = { bytes: number; seconds: number } & (
  | { success: true }
  | {
      success: false;
      /**
       * reader-gone: it closed the connection; reader-idle: it took nothing for too long; reader-slow: it
       * took too little; failed: our fault.
       */
      reason: 'reader-gone' | 'reader-idle' | 'reader-slow' | 'failed';
    }
);
