import type { ExhibitFile, Printing } from './content.ts';
import { known } from './order.ts';
import type { Sheet } from './sheet.ts';
import { bothTimes, recordText } from './words.ts';

/** Files that operators added, with what each shows and proves: pictures are drawn, others stand beside. */
export function writeExhibits(sheet: Sheet, printing: Printing): void {
  const { content, format, leaveOut } = printing;
  const { t } = format;
  if (content.exhibits.length === 0) return;
  sheet.heading(t('disputePackage.exhibitsHeading'), 240);
  for (const [at, exhibit] of content.exhibits.entries()) {
    sheet.subheading(t('disputePackage.exhibit', { number: at + 1, name: exhibit.name }), 120);
    sheet.facts(
      known([
        [t('disputePackage.proves'), exhibit.proves],
        [t('disputePackage.shows'), exhibit.description],
        [t('disputePackage.addedAt'), bothTimes(exhibit.addedAt, printing)],
        [t('disputePackage.file'), exhibit.path],
        ['SHA-256', exhibit.sha256],
        [t('disputePackage.record'), recordText(exhibit.record)],
      ]),
    );
    if (isPicture(exhibit)) sheet.picture(exhibit.bytes, `${exhibit.name}: ${exhibit.description}`);
    else if (exhibit.text !== null && exhibit.text.length <= TEXT_MAX)
      for (const line of exhibit.text.split('\n').filter((one) => one.trim() !== '')) sheet.text(line);
    else {
      sheet.text(t('disputePackage.standsBeside', { file: exhibit.path }));
      leaveOut({
        what: t('disputePackage.exhibit', { number: at + 1, name: exhibit.name }),
        shown: 0,
        all: 1,
        where: exhibit.path,
      });
    }
  }
}

/** Characters of a mail that are printed: a page or so. A longer one stands beside the document. */
const TEXT_MAX = 3000;

/** Pictures that a PDF can hold as they are. */
function isPicture({ contentType }: Pick<ExhibitFile, 'contentType'>): boolean {
  return contentType === 'image/png' || contentType === 'image/jpeg';
}
