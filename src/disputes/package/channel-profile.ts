import type { Config } from '../../config/config.ts';
import type { ExhibitFile } from './pages/content.ts';

/** Limits of the channel of an answer. Kept with each package, as it was when the package was made. */
export interface ChannelProfile {
  pages_max: number;
  pdf_bytes_max: number;
  language: 'tr' | 'en';
  colours: 'any' | 'grey';
  name_characters_max: number;
}

/** A rule that a package breaks, with the figures. Nothing is cut to keep it. */
export type PackageProblem =
  | { field: 'pages' | 'size'; limit: number; actual: number; largest: { name: string; bytes: number }[] }
  | { field: 'cover'; limit: number; actual: number }
  | { field: 'name'; value: string; limit: number; actual: number }
  | { field: 'colour'; value: string }
  | { field: 'bundle' }
  | { field: 'letter'; actual: number };

/** Mastercard takes no longer names, of English letters and digits only; the ending does not count. */
const NAME_CHARACTERS_MAX = 16;

/** PayTR's profile, from the settings: none of its limits was confirmed. */
export function channelProfile({ disputePackage }: Pick<Config, 'disputePackage'>): ChannelProfile {
  const { pagesMax, pdfBytesMax, language, colours } = disputePackage;
  return {
    pages_max: pagesMax,
    pdf_bytes_max: pdfBytesMax,
    language,
    colours,
    name_characters_max: NAME_CHARACTERS_MAX,
  };
}

/** The rules of the profile that the pages break. */
export function findProblems(
  profile: ChannelProfile,
  {
    pdfBytes,
    pages,
    coverPages,
    names,
    exhibits,
  }: {
    pdfBytes: number;
    pages: number;
    coverPages: number;
    names: readonly string[];
    exhibits: readonly ExhibitFile[];
  },
): PackageProblem[] {
  const problems: PackageProblem[] = [];
  const largest = exhibits
    .map(({ name, bytes }) => ({ name, bytes: bytes.length }))
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3);
  if (pages > profile.pages_max)
    problems.push({ field: 'pages', limit: profile.pages_max, actual: pages, largest });
  if (pdfBytes > profile.pdf_bytes_max)
    problems.push({ field: 'size', limit: profile.pdf_bytes_max, actual: pdfBytes, largest });
  if (coverPages > 1) problems.push({ field: 'cover', limit: 1, actual: coverPages });
  for (const path of names) {
    const value = path.split('/').at(-1) ?? path;
    const stem = value.replace(/\.[a-z0-9]{1,5}$/, '');
    if (!/^[A-Za-z0-9_-]+$/.test(stem) || stem.length > profile.name_characters_max)
      problems.push({ field: 'name', value, limit: profile.name_characters_max, actual: stem.length });
  }
  if (profile.colours === 'grey')
    for (const { name, bytes, contentType } of exhibits)
      if (isColoured(bytes, contentType)) problems.push({ field: 'colour', value: name });
  return problems;
}

/** Bits of a PNG's colour type (byte 25 of the file): 2 says that it has colours. */
const PNG_COLOUR_TYPE = { at: 25, colour: 2 };

function isColoured(bytes: Buffer, contentType: string): boolean {
  if (contentType === 'image/png') return ((bytes[PNG_COLOUR_TYPE.at] ?? 0) & PNG_COLOUR_TYPE.colour) !== 0;
  return contentType === 'image/jpeg' && componentsOf(bytes) !== 1;
}

/** How many components the frame of a JPEG has: one is grey. Null for a file without a frame. */
function componentsOf(jpeg: Buffer): number | null {
  for (let at = 2; at + 9 < jpeg.length;) {
    const marker = jpeg[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return jpeg[at + 9] ?? null;
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return null;
}
