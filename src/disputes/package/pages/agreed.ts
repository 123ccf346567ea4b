import { agreedWith } from '../../defences/cancellation.ts';
import type { Format } from '../../../web/format.ts';
import type { Printing, SeenFile } from './content.ts';
import { known } from './order.ts';
import type { Sheet } from './sheet.ts';
import { bothTimes, recordText, utc } from './words.ts';

/** The texts that the customer agreed to with the order and before it, with the hash of each text. */
export function writeAgreed(sheet: Sheet, printing: Printing): void {
  const { content, format } = printing;
  const { t } = format;
  const { acceptances } = content.facts;
  const consent = agreedWith(content.facts);
  sheet.heading(t('disputePackage.agreedHeading'));
  if (consent === null) sheet.text(t('disputePackage.noConsent'));
  else {
    sheet.facts(
      known([
        [t('disputePackage.record'), recordText(consent.record)],
        [t('disputePackage.acceptedAt'), bothTimes(consent.accepted_at, printing)],
        [t('disputePackage.address'), consent.ip_address],
        [t('disputePackage.browser'), consent.user_agent],
        [t('disputePackage.button'), consent.button],
        [t('disputePackage.capsuleHash'), consent.text_sha256],
        [t('disputePackage.capsuleFile'), content.seen.find(({ id }) => id === 'contract')?.path ?? null],
        [t('disputePackage.cardTextHash'), consent.card_text_sha256],
      ]),
    );
    for (const { wording } of consent.boxes) sheet.box(t('disputePackage.boxTicked', { wording }));
    sheet.table(
      [
        { label: t('disputePackage.document'), share: 30 },
        { label: t('disputePackage.version'), share: 22 },
        { label: 'SHA-256', share: 48 },
      ],
      consent.documents.map(({ kind, version, locale, content_sha256 }) => [
        t(`disputePackage.document_${kind.replaceAll('-', '_')}` as 'disputePackage.document_terms'),
        `${version} (${locale})`,
        content_sha256,
      ]),
    );
    writePrices(sheet, format, content.seen);
  }
  if (acceptances.length === 0) return;
  sheet.subheading(t('disputePackage.acceptancesHeading'));
  sheet.table(
    [
      { label: t('disputePackage.document'), share: 22 },
      { label: t('disputePackage.utc'), share: 22 },
      { label: t('disputePackage.addressOf'), share: 20 },
      { label: 'SHA-256', share: 40 },
      { label: t('disputePackage.record'), share: 22 },
    ],
    acceptances.map((acceptance) => [
      `${t(`disputePackage.document_${acceptance.kind.replaceAll('-', '_')}` as 'disputePackage.document_terms')} ${acceptance.version}`,
      utc(acceptance.accepted_at),
      acceptance.ip_address ?? '',
      acceptance.content_sha256,
      recordText(acceptance.record),
    ]),
  );
}

/** The words of the order page about the price as they were kept, or that they were not. */
function writePrices(sheet: Sheet, { t }: Format, seen: readonly SeenFile[]): void {
  const words = seen.find(({ id }) => id === 'prices');
  const page = seen.find(({ id }) => id === 'prices-page');
  sheet.subheading(t('disputePackage.pricesHeading'));
  if (words === undefined || page === undefined) {
    sheet.text(t('disputePackage.pricesNotKept'));
    return;
  }
  sheet.caption(t('disputePackage.pricesIntro', { file: page.path, sha256: page.sha256 }));
  const lines = words.bytes.toString('utf8').split('\n');
  for (const line of lines.filter((one) => one !== '')) sheet.text(line);
}
