import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, makePrivateFolder, statIfThere } from './durable-file.ts';
import { SEGMENT_NAME } from './spool-appender.ts';

/** The folders of the spool: one for each database, named by the identity that the database reports. */
export interface SpoolFolders {
  /**
   * The folder for events until the database has answered: the one that an earlier start found for this
   * address.
   */
  initial: string;
  /**
   * The folder of the database with that identity, remembered for the next start with this address. Without
   * an identity (null) the folder is named by the address. `former` is the folder by address, which earlier
   * versions always used.
   */
  folderOf(identity: string | null): Promise<{ directory: string; former: string }>;
  /** The events in folders of other databases. */
  listOthers(): Promise<OtherFolder[]>;
}

/** A folder of another database, or of an unknown one. */
export interface OtherFolder {
  folder: string;
  files: number;
  bytes: number;
}

/** Reads the note of an earlier start. `byAddress` is the name of the folder by the database's address. */
export function openSpoolFolders(root: string, byAddress: string): SpoolFolders {
  const former = join(root, byAddress);
  const note = `${former}.database`;
  const known = readNote(note);
  const initial = known === null ? former : join(root, known);
  let own = initial;
  let isFound = false;
  return {
    initial,
    folderOf: async (identity) => {
      isFound = true;
      own = identity === null ? former : join(root, identity);
      if (identity !== null && identity !== readNote(note)) await writeNote(root, note, identity);
      return { directory: own, former };
    },
    listOthers: async () => {
      const others: OtherFolder[] = [];
      for (const name of (await listFolder(root)).sort()) {
        const path = join(root, name);
        // Before the database has answered, the folder by address may be its own.
        if (path === own || (path === former && !isFound) || name.endsWith('.database')) continue;
        const waiting = await measure(path).catch(() => ({ files: 0, bytes: 0 }));
        if (waiting.bytes > 0) others.push({ folder: name, ...waiting });
      }
      return others;
    },
  };
}

function readNote(path: string): string | null {
  try {
    return /^\d+-\d+$/.exec(readFileSync(path, 'utf8').trim())?.[0] ?? null;
  } catch {
    return null;
  }
}

/**
 * Failure is ignored: without the note the next start begins in the folder by address, and moves its files
 * once the database has answered.
 */
async function writeNote(root: string, path: string, identity: string): Promise<void> {
  try {
    await makePrivateFolder(root);
    await writeFile(`${path}.new`, `${identity}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  } catch {
    return;
  }
}

/** Refused events were reported when they were refused. They are not waiting to be written. */
async function measure(folder: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 };
  for (const name of (await listFolder(folder)).filter((file) => SEGMENT_NAME.test(file))) {
    total.files += 1;
    total.bytes += (await statIfThere(join(folder, name)))?.bytes ?? 0;
  }
  return total;
}
