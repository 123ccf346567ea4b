import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  stat,
  unlink,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a file for appending, which must not exist yet. Only the app's own user may read it, since it holds
 * addresses and names.
 */
export async function createPrivateFile(path: string): Promise<FileHandle> {
  await makePrivateFolder(dirname(path));
  const handle = await open(path, 'ax', 0o600);
  await syncDirectory(dirname(path));
  return handle;
}

/** Makes a folder that only the app's own user may enter, unless it exists. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Appends to a file, or creates it, and returns when the text is on the disk. */
export async function appendDurably(path: string, text: string): Promise<void> {
  await makePrivateFolder(dirname(path));
  const handle = await open(path, 'a', 0o600);
  try {
    await handle.appendFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}

/** The names in a folder; none when it does not exist. */
export async function listFolder(path: string): Promise<string[]> {
  return (await ifThere(readdir(path))) ?? [];
}

/** The text of a file. Null, here and below, when the file is gone because another process was first. */
export async function readIfThere(path: string): Promise<string | null> {
  return ifThere(readFile(path, 'utf8'));
}

/** Inode, size in bytes, and time of the last change in milliseconds since 1970. */
export async function statIfThere(
  path: string,
): Promise<{ inode: number; bytes: number; changedAtMs: number } | null> {
  const stats = await ifThere(stat(path));
  if (stats === null) return null;
  // Whole milliseconds, as Date.now() has them: a file of this very moment would be from the future else.
  return { inode: stats.ino, bytes: stats.size, changedAtMs: Math.floor(stats.mtimeMs) };
}

/** True when this process renamed it. */
export async function renameIfThere(from: string, to: string): Promise<boolean> {
  return (await ifThere(rename(from, to).then(() => true))) ?? false;
}

/** Removes the file, if it is there. */
export async function removeIfThere(path: string): Promise<void> {
  await ifThere(unlink(path));
}

/** Marks the file as changed now, if it is there. */
export async function refreshIfThere(path: string): Promise<void> {
  const now = new Date();
  await ifThere(utimes(path, now, now));
}

/** A new name survives a power cut only when its folder is on the disk too. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function ifThere<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
