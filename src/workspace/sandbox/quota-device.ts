import { readFileSync, realpathSync } from 'node:fs';

/** The file systems whose project quotas work alike here: chattr, setquota and statfs serve both. */
const TYPES = ['ext4', 'xfs'];

/** A mount says one of these when the limits of projects are enforced; xfs shows `pquota` as `prjquota`. */
const OPTIONS = ['prjquota', 'pquota'];

/**
 * The device of the file system that a folder lies on. Throws when that does not enforce limits of projects.
 * `mounts` is the text of mountinfo (proc(5)).
 */
export function findQuotaDevice(
  folder: string,
  mounts = readFileSync('/proc/self/mountinfo', 'utf8'),
): string {
  const path = realpathSync(folder);
  const above = mounts
    .split('\n')
    .flatMap(parseMount)
    .filter(({ point }) => isWithin(path, point));
  const length = Math.max(...above.map(({ point }) => point.length));
  // The later one of two mounts at the same place covers the other.
  const mount = above.findLast(({ point }) => point.length === length);
  if (mount === undefined) throw new Error(`nobody knows on which file system ${path} lies`);
  const { type, device, options } = mount;
  if (!TYPES.includes(type)) throw new Error(`${path} lies on ${type}, and not on ext4 or xfs`);
  if (!options.some((option) => OPTIONS.includes(option)))
    throw new Error(`${path} lies on ${type} that is mounted without prjquota (${device})`);
  return device;
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(folder === '/' ? '/' : `${folder}/`);
}

interface Mount {
  point: string;
  type: string;
  device: string;
  options: string[];
}

/** A line has six fields, any number of others up to a dash, and then type, source and options. */
function parseMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const point = before.split(' ')[4];
  const [type, device, options] = after.split(' ');
  if (point === undefined || type === undefined || device === undefined || options === undefined) return [];
  return [{ point: unescape(point), type, device: unescape(device), options: options.split(',') }];
}

/** Blanks in paths are written as octal numbers. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
