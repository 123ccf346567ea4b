import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import type { PackageFile } from './write-bag.ts';

/** Plain files that their owner may write. */
const MODE = 0o100644;

/**
 * The files below one folder as a ZIP. The same files give the same bytes: every entry has the time `at`,
 * which is written as UTC whatever the zone of the process.
 */
export async function zipFiles(folder: string, files: readonly PackageFile[], at: Date): Promise<Buffer> {
  const zip = new ZipFile();
  const mtime = asLocalUtc(at);
  for (const { path, bytes } of files)
    zip.addBuffer(bytes, `${folder}/${path}`, {
      ...{ mtime, mode: MODE, forceDosTimestamp: true },
      // A PDF is compressed inside, and as it is it can be found in the ZIP.
      compress: !path.endsWith('.pdf'),
    });
  const bytes = buffer(zip.outputStream);
  zip.end();
  return bytes;
}

/** A ZIP holds a time without a zone, and the library writes the local one: this one reads as `at` in UTC. */
function asLocalUtc(at: Date): Date {
  return new Date(
    at.getUTCFullYear(),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  );
}
