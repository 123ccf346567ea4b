import type { Printing } from './content.ts';
import type { Sheet } from './sheet.ts';
import { newest, recordText, utc } from './words.ts';

/** Mails about the payment and to the payer around it, each with what became of it. */
export function writeMails(sheet: Sheet, printing: Printing): void {
  const { content, format, limits } = printing;
  const { t } = format;
  sheet.heading(t('disputePackage.mailsHeading'));
  const chosen = newest(printing, {
    rows: content.facts.mails,
    most: limits.mails,
    at: ({ created_at }) => created_at,
    what: t('disputePackage.mails'),
  });
  if (chosen.rows.length === 0) {
    sheet.text(t('disputePackage.noMails'));
    return;
  }
  const fileOf = new Map(content.mails.map(({ record, path }) => [record?.id, path]));
  sheet.table(
    [
      { label: t('disputePackage.utc'), share: 22 },
      { label: t('disputePackage.subject'), share: 44 },
      { label: t('disputePackage.mailState'), share: 30 },
      { label: t('disputePackage.file'), share: 24 },
    ],
    chosen.rows.map(({ created_at, subject, recipient, state, state_at, record }) => [
      utc(created_at),
      `${subject} → ${recipient}`,
      `${t(`disputePackage.mail_${state}`)}${state_at === null ? '' : ` ${utc(state_at)}`}`,
      fileOf.get(record.id) ?? recordText(record),
    ]),
  );
  sheet.caption(chosen.caption);
}

/** Refunds and cancellations, or that there were none. */
export function writeMoneyBack(sheet: Sheet, { content, format }: Printing): void {
  const { t, money } = format;
  const { refunds, cancellations } = content.facts;
  sheet.heading(t('disputePackage.moneyBackHeading'));
  if (refunds.length === 0) sheet.text(t('disputePackage.noRefunds'));
  else
    sheet.table(
      [
        { label: t('disputePackage.utc'), share: 26 },
        { label: t('disputePackage.refunded'), share: 24 },
        { label: t('disputePackage.outcome'), share: 30 },
        { label: t('disputePackage.record'), share: 20 },
      ],
      refunds.map(({ requested_at, amount_minor, currency, state, reference_no, record }) => [
        utc(requested_at),
        money(amount_minor, currency),
        [t(`refunds.state_${state}`), reference_no].filter(Boolean).join(' · '),
        recordText(record),
      ]),
    );
  if (cancellations.length === 0) sheet.text(t('disputePackage.noCancellation'));
  else
    sheet.table(
      [
        { label: t('disputePackage.cancelledAt'), share: 30 },
        { label: t('disputePackage.effectiveAt'), share: 30 },
        { label: t('disputePackage.resumedAt'), share: 30 },
        { label: t('disputePackage.record'), share: 24 },
      ],
      cancellations.map(({ requested_at, effective_at, resumed_at, record }) => [
        utc(requested_at),
        effective_at === null ? '' : utc(effective_at),
        resumed_at === null ? '' : utc(resumed_at),
        recordText(record),
      ]),
    );
}

/** The receipt and the legal invoices, with their numbers at the tax office. */
export function writeInvoices(sheet: Sheet, { content, format }: Printing): void {
  const { t, money } = format;
  const { period, legal_invoices: legal, order } = content.facts;
  sheet.heading(t('disputePackage.invoicesHeading'));
  if (period !== null)
    sheet.facts([
      [t('disputePackage.receipt'), `${period.invoice_no} (${recordText(period.record)})`],
      [t('disputePackage.total'), money(period.total_minor, period.currency)],
      [t('disputePackage.tax'), money(period.tax_minor, period.currency)],
    ]);
  if (legal.length > 0)
    sheet.table(
      [
        { label: t('disputePackage.legalNumber'), share: 30 },
        { label: 'ETTN', share: 42 },
        { label: t('disputePackage.issuedOn'), share: 25 },
        { label: t('disputePackage.outcome'), share: 22 },
        { label: t('disputePackage.total'), share: 22 },
      ],
      legal.map((invoice) => [
        `${invoice.number ?? '–'}${invoice.is_return ? ` (${t('disputePackage.isReturn')})` : ''}`,
        invoice.ettn ?? '–',
        invoice.issued_on ?? '–',
        t(`disputePackage.legal_${invoice.state}`),
        money(invoice.total_minor, period?.currency ?? order.currency),
      ]),
    );
  if (period === null && legal.length === 0) sheet.text(t('disputePackage.noInvoices'));
  if (content.invoices.length > 0)
    sheet.caption(
      t('disputePackage.invoiceFiles', { files: content.invoices.map(({ path }) => path).join(', ') }),
    );
}
