import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Visitor } from '../../support/visitor.ts';

/** A ZIP unpacked into a folder of its own. */
export interface Unpacked {
  /** The folder of the bag. */
  folder: string;
  names: string[];
  /** A program's words within the folder of the bag; throws when it fails. */
  run(program: string, ...args: string[]): string;
  close(): void;
}

export function unpack(zip: Buffer): Unpacked {
  const root = mkdtempSync(join(tmpdir(), 'package-'));
  const files = Object.entries(unzipSync(new Uint8Array(zip)));
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), bytes);
  }
  const [top = ''] = (files[0]?.[0] ?? '').split('/');
  const folder = join(root, top);
  return {
    folder,
    names: files.map(([name]) => name.slice(top.length + 1)),
    run: (program, ...args) =>
      execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
    close: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Null where these programs of others can be run; else why their tests are skipped. */
export function whyNot(...programs: string[]): string | null {
  const missing = programs.filter((program) => {
    try {
      execFileSync('which', [program], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return missing.length === 0 ? null : `${missing.join(', ')} not installed: their tests are skipped`;
}

/** A text without white space: a line of a page breaks anywhere. */
export const squeezed = (text: string): string => text.replaceAll(/\s/g, '');

/** The bytes of a download. */
export async function bytesOf(visitor: Visitor, path: string): Promise<Buffer> {
  return (await download(visitor, path)).bytes;
}

/** A download with its headers. */
export async function download(
  visitor: Visitor,
  path: string,
): Promise<{ headers: Record<string, string>; bytes: Buffer }> {
  const response = await visitor
    .rawGet(path)
    .buffer(true)
    .parse((res, done) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => {
        done(null, Buffer.concat(parts));
      });
    });
  return { headers: response.headers, bytes: response.body as Buffer };
}
