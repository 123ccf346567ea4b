import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUR_PATH } from '../host-name.ts';

/** Our own files at a workspace's host: the style and the logo of our pages there, and no others. */
export interface HostAssets {
  styleUrl: string;
  logoUrl: string;
  /** The file at a path, which changes with what is in it; undefined when there is none. */
  find(path: string): { type: string; body: Buffer } | undefined;
}

/** Reads the files once, at start. */
export function createHostAssets(): HostAssets {
  const read = (name: string, type: string): [string, { type: string; body: Buffer }] => {
    const body = readFileSync(join(import.meta.dirname, '../../../views/assets', name));
    const version = createHash('sha256').update(body).digest('hex').slice(0, 12);
    return [`${OUR_PATH}${version}/${name}`, { type, body }];
  };
  const style = read('away.css', 'text/css; charset=utf-8');
  const logo = read('logo.svg', 'image/svg+xml');
  const files = new Map([style, logo]);
  return { styleUrl: style[0], logoUrl: logo[0], find: (path) => files.get(path) };
}
