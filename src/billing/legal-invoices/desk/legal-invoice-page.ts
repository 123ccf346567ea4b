import type { Knex } from 'knex';
import { NotFound } from '../../../errors.ts';
import type { Format } from '../../../web/format.ts';
import { urlWith } from '../../../web/page-urls.ts';
import { isWithdrawable } from '../close-legal-invoice.ts';
import { deliveryWays, saleTypes, type LegalInvoice } from '../legal-invoice.ts';
import { findLegalInvoice, listFiles, listSiblings } from '../queries.ts';

/** Where the desk is mounted. */
export const DESK_PATH = '/admin/finance/invoices';

/** A form as it was typed, with its faults. */
interface ShownForm {
  values: Record<string, string>;
  errors: Record<string, string>;
}

interface PageInput {
  id: number;
  at: Date;
  format: Format;
  /** The company that the operator has chosen. Null: none. */
  companyId: number | null;
  form: ShownForm;
}

/** Everything that the desk's page of one legal invoice shows. Throws `NotFound`. */
export async function legalInvoicePage(db: Knex, input: PageInput): Promise<Record<string, unknown>> {
  const { id, at, format, companyId, form } = input;
  const legal = await findLegalInvoice(db, id);
  if (legal === undefined) throw new NotFound();
  const [siblings, files] = await Promise.all([listSiblings(db, legal), listFiles(db, [id])]);
  const url = (rest = '', of = id): string => deskUrl(of, companyId, rest);
  return {
    title: format.t('legalInvoices.oneTitle', { number: legal.number ?? 'none' }),
    back: urlWith(DESK_PATH, { company: companyId }),
    legal,
    isLate: isLate(legal, at),
    problem: problemOf(legal, format),
    returned: siblings.find((sibling) => sibling.id === legal.returns_id),
    siblings: siblings.map((sibling) => ({ ...sibling, url: url('', sibling.id) })),
    files: files.map((file) => ({ ...file, url: url(`/files/${String(file.id)}`) })),
    // Noon in Istanbul: a day has no time zone.
    issuedOn: legal.issued_on === null ? null : format.when(`${legal.issued_on}T12:00:00+03:00`, 'day'),
    taxPercent: legal.tax_percent === null ? null : format.number(Number(legal.tax_percent), 2),
    receiptUrl: `/billing/invoices/${String(legal.invoice_id)}`,
    posts: {
      entry: url('/entry'),
      files: url('/files'),
      delivery: url('/delivery'),
      end: url('/end'),
      retry: url('/retry'),
    },
    saleTypes,
    deliveryWays,
    closings: [
      ...(legal.issued_at === null ? [] : ['cancelled']),
      ...(isWithdrawable(legal) ? ['withdrawn'] : []),
    ],
    ...form,
  };
}

/** An address of the desk that keeps the chosen company. */
export function deskUrl(id: number, companyId: number | null, rest = ''): string {
  return urlWith(`${DESK_PATH}/${String(id)}${rest}`, { company: companyId });
}

/** True for one that should have been issued by now. */
export function isLate({ state, due_at }: Pick<LegalInvoice, 'state' | 'due_at'>, at: Date): boolean {
  return state === 'due' && due_at < at;
}

/** Why one that is due waits, in words. Null when it does not. */
export function problemOf(
  { state, problem }: Pick<LegalInvoice, 'state' | 'problem'>,
  { t }: Format,
): string | null {
  if (state !== 'due' || problem === null) return null;
  const key = knownProblems.find((known) => known === problem.replaceAll('-', '_'));
  return key === undefined ? problem : t(`legalInvoices.problem_${key}`);
}

const knownProblems = [
  'buyer_place',
  'buyer_tax_number',
  'no_rate',
  'sale_not_issued',
  'integrator_working',
] as const;
