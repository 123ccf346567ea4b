import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listFolder, makePrivateFolder, statIfThere } from './durable-file.ts';
import { SEGMENT_NAME } from './spool-appender.ts';

/** The folders of the spool: one for each database, named by what the database says of itself. */
export interface SpoolFolders {
  /**
   * Where events go until the database has answered: the folder that an earlier start has found under this
   * address.
   */
  initial: string;
  /**
   * The folder of the database with that identity, kept in mind for the next start under this address. Null:
   * it does not say, and its folder is named by its address. `former` is the one by address, which earlier
   * versions used for all.
   */
  folderOf(identity: string | null): Promise<{ directory: string; former: string }>;
  /** What waits in folders that are not of this database. */
  listOthers(): Promise<OtherFolder[]>;
}

/** A folder of another database, or of one that could not be told. */
export interface OtherFolder {
  folder: string;
  files: number;
  bytes: number;
}

/**
 * Reads what an earlier start has found out. `byAddress` is the name of the folder by the database's address.
 */
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
 * Failure is ignored: without the note the next start begins in the folder by address, and moves what it kept
 * there once the database has answered.
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

/** What was refused has been told when it was: it does not wait to be written. */
async function measure(folder: string): Promise<{ files: number; bytes: number }> {
  const total = { files: 0, bytes: 0 };
  for (const name of (await listFolder(folder)).filter((file) => SEGMENT_NAME.test(file))) {
    total.files += 1;
    total.bytes += (await statIfThere(join(folder, name)))?.bytes ?? 0;
  }
  return total;
}
