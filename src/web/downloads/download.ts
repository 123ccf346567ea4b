import type { RequestContext } from '../../audit/request-context.ts';

/** A file that is made while it is sent. */
export interface Download {
  /** ASCII only. */
  fileName: string;
  contentType: string;
  chunks: AsyncIterable<string | Buffer>;
  /** Records how the download ended. `sendDownload` calls it once. */
  finish(context: RequestContext, end: DownloadEnd): Promise<void>;
}

export type DownloadEnd = { bytes: number; seconds: number } & (
  | { success: true }
  | {
      success: false;
      /**
       * - reader-gone: the reader closed the connection.
       * - reader-idle: the reader took nothing for too long.
       * - reader-slow: the reader took too little.
       * - failed: our fault.
       */
      reason: 'reader-gone' | 'reader-idle' | 'reader-slow' | 'failed';
    }
);
