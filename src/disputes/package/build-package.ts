import { formatFor } from '../../web/format.ts';
import { sha256Hex, textFile, writeBag, type PackageFile } from './bag/write-bag.ts';
import { zipFiles } from './bag/zip-files.ts';
import { findProblems, type ChannelProfile, type PackageProblem } from './channel-profile.ts';
import type { LeftOut, PackageContent, RowLimits } from './pages/content.ts';
import { writePages } from './pages/write-pages.ts';

/**
 * How many rows the tables have, from generous to short: the first that fits is taken, so that a small case
 * has everything and a large one its newest. The rows that are left out are named on the last page.
 */
const ROW_LIMITS: readonly RowLimits[] = [
  { letterPoints: 12, summaryOnCover: true, timeline: 40, sessions: 60, signIns: 40, days: 124, mails: 40 },
  { letterPoints: 12, summaryOnCover: false, timeline: 40, sessions: 60, signIns: 40, days: 124, mails: 40 },
  { letterPoints: 12, summaryOnCover: false, timeline: 30, sessions: 40, signIns: 25, days: 62, mails: 25 },
  { letterPoints: 11, summaryOnCover: false, timeline: 20, sessions: 25, signIns: 15, days: 31, mails: 15 },
  { letterPoints: 10, summaryOnCover: false, timeline: 15, sessions: 10, signIns: 6, days: 14, mails: 8 },
];

/** The document of a package, before its time stamp. */
interface BuiltPages {
  pdf: Buffer;
  pages: number;
  leftOut: LeftOut[];
}

/** A document that breaks a rule of its channel is refused, never cut. */
type Built = { ok: true; built: BuiltPages } | { ok: false; problems: PackageProblem[] };

/** Writes the document of a package with as many rows as its channel's profile has room for. */
export async function buildPages(content: PackageContent, profile: ChannelProfile): Promise<Built> {
  const format = formatFor(profile.language);
  const names = [pdfName(content), ...attachmentsOf(content).map(({ path }) => path)];
  let problems: PackageProblem[] = [];
  for (const limits of ROW_LIMITS) {
    const { pdf, pages, coverPages, leftOut } = await writePages(content, { format, limits });
    const { exhibits } = content;
    problems = findProblems(profile, { pdfBytes: pdf.length, pages, coverPages, names, exhibits });
    if (problems.length === 0) return { ok: true, built: { pdf, pages, leftOut } };
    // Fewer rows mend only these.
    if (!problems.some(({ field }) => field === 'pages' || field === 'size' || field === 'cover')) break;
  }
  return { ok: false, problems };
}

/** The whole package as a ZIP of a bag. `verifier` is the program that verifies the bundle. */
export async function zipPackage(
  content: PackageContent,
  input: { profile: ChannelProfile; pdf: Buffer; policy: string; verifier: Buffer },
): Promise<Buffer> {
  const { profile, pdf, policy, verifier } = input;
  const { name, asOf, seller } = content;
  const payload: PackageFile[] = [
    { path: pdfName(content), bytes: pdf },
    ...attachmentsOf(content),
    { path: 'verify.mjs', bytes: verifier },
    textFile('policy.txt', policy),
  ];
  const bag = writeBag({
    payload,
    tags: [textFile('OKU-BENI.txt', readme(content, profile))],
    info: [
      ['Source-Organization', seller.name],
      ['Contact-Email', seller.email],
      ['External-Identifier', name],
      ['External-Description', `Records of payment ${content.facts.order.merchant_oid}`],
      ['Bagging-Date', asOf.toISOString().slice(0, 10)],
    ],
  });
  return zipFiles(name, bag, asOf);
}

/** `CB20261116D1A.pdf` */
function pdfName({ name }: PackageContent): string {
  return `${name}.pdf`;
}

function attachmentsOf(content: PackageContent): PackageFile[] {
  const { bundle, data, seen, exhibits, mails, invoices } = content;
  return [bundle, data, ...seen, ...exhibits, ...mails, ...invoices];
}

/** In both languages, whatever the document's is: nobody knows who unpacks it. */
function readme(content: PackageContent, { language }: ChannelProfile): string {
  const { bundle, seen, exhibits, mails, invoices, proof } = content;
  const locales = language === 'tr' ? (['tr', 'en'] as const) : (['en', 'tr'] as const);
  return locales
    .map((locale) => {
      const { t } = formatFor(locale);
      const others = [
        seen.length === 0 ? [] : [t('disputePackage.readmeSeen')],
        exhibits.length === 0 ? [] : [t('disputePackage.readmeExhibits')],
        mails.length === 0 ? [] : [t('disputePackage.readmeMails')],
        invoices.length === 0 ? [] : [t('disputePackage.readmeInvoices')],
      ].flat();
      return t('disputePackage.readme', {
        pdf: `data/${pdfName(content)}`,
        file: bundle.path,
        others: others.map((line) => `${line}\n`).join(''),
        log: proof?.logAddress ?? '–',
      });
    })
    .join('\n----\n\n');
}

/** A file beside the document, with its hash. */
export function attached(path: string, bytes: Buffer): { path: string; bytes: Buffer; sha256: string } {
  return { path, bytes, sha256: sha256Hex(bytes) };
}
