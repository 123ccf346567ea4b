import type { LeftOut, Printing } from './content.ts';
import { known } from './order.ts';
import type { Sheet } from './sheet.ts';
import { bothTimes } from './words.ts';

/** How anybody verifies the package, with the hash of every file of it. */
export function writeIntegrity(sheet: Sheet, printing: Printing): void {
  const { content, format } = printing;
  const { t } = format;
  const { bundle, data, proof, seen, exhibits, mails, invoices } = content;
  sheet.heading(t('disputePackage.integrityHeading'));
  sheet.text(t('disputePackage.integrityIntro', { name: content.name, file: bundle.path }));
  sheet.facts(
    known([
      [t('disputePackage.asOf'), bothTimes(content.asOf, printing)],
      [bundle.path, bundle.sha256],
      [t('disputePackage.log'), proof?.log ?? null],
      [t('disputePackage.logSize'), proof === null ? null : format.number(proof.size)],
      [t('disputePackage.logRoot'), proof?.root ?? null],
      ...(proof?.vkeys ?? []).map((vkey) => [t('disputePackage.logKey'), vkey] as const),
      [t('disputePackage.logPage'), proof?.logAddress ?? null],
    ]),
  );
  sheet.text(t('disputePackage.verifySums'));
  sheet.text(t('disputePackage.verifyLog', { file: bundle.path }));
  sheet.text(t('disputePackage.verifyStamp'));
  sheet.text(t('disputePackage.limits'));
  const files = [data, ...seen, ...exhibits, ...mails, ...invoices];
  sheet.subheading(t('disputePackage.filesHeading'));
  sheet.table(
    [
      { label: t('disputePackage.file'), share: 34 },
      { label: 'SHA-256', share: 66 },
    ],
    files.map(({ path, sha256 }) => [path, sha256]),
  );
}

/** Everything that the data has and the pages do not, or that there is nothing of the kind. */
export function writeLeftOut(sheet: Sheet, { format }: Printing, left: readonly LeftOut[]): void {
  const { t } = format;
  sheet.heading(t('disputePackage.leftOutHeading'));
  if (left.length === 0) {
    sheet.text(t('disputePackage.nothingLeftOut'));
    return;
  }
  sheet.text(t('disputePackage.leftOutIntro'));
  sheet.table(
    [
      { label: t('disputePackage.leftOutWhat'), share: 46 },
      { label: t('disputePackage.leftOutShown'), share: 30 },
      { label: t('disputePackage.leftOutWhere'), share: 24 },
    ],
    left.map(({ what, shown, all, where }) => [
      what,
      t('disputePackage.leftOutCount', { shown, all, left: all - shown }),
      where,
    ]),
  );
}
