import type { Ce3Element } from '../../ce3/ce3-decision.ts';
import type { History, HistoryColumn, Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { recordText, utc } from './words.ts';

/** The disputed payment beside earlier ones of the same customer, and what agrees in all of them. */
export function writeHistory(sheet: Sheet, { format }: Printing, history: History): void {
  const { t } = format;
  const { columns, matches } = history;
  sheet.heading(t('disputePackage.historyHeading'), 200);
  sheet.text(t('disputePackage.historyIntro', { rules: t(`disputePackage.rules_${history.ruleVersion}`) }));
  const row = (name: string, of: (column: HistoryColumn) => string | null, mark = ''): string[] => [
    mark + name,
    ...columns.map((column) => of(column) ?? ''),
  ];
  const same = (element: Ce3Element): string =>
    matches.includes(element) ? `${t('disputePackage.sameInAll')} · ` : '';
  sheet.table(
    [{ label: '', share: 22 }, ...columns.map(({ title }) => ({ label: title, share: 78 / columns.length }))],
    [
      row(t('disputePackage.record'), ({ record }) => recordText(record)),
      row(t('disputePackage.utc'), ({ paidAt }) => utc(paidAt)),
      row(t('disputePackage.daysBefore'), ({ days }) => (days === null ? '–' : format.number(days))),
      row(t('disputePackage.charged'), ({ amount }) => amount),
      row(t('disputePackage.description'), ({ description }) => description),
      row(t('disputePackage.addressOf'), ({ ip }) => ip, same('ip')),
      row(t('disputePackage.loginId'), ({ login }) => login, same('login')),
      row(t('disputePackage.card'), ({ card }) => card),
    ],
  );
}
