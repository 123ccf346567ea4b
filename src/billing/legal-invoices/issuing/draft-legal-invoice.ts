import type { Knex } from 'knex';
import type { Config } from '../../../config/config.ts';
import { findOrderBuyer } from '../../consent/queries.ts';
import { localDay } from '../../../local-calendar.ts';
import { formatFor } from '../../../web/format.ts';
import { countryName } from '../../../web/locales/country-name.ts';
import { findLiraRate } from '../../invoices/find-lira-rate.ts';
import { findAnyInvoice, type PrintedInvoice } from '../../invoices/queries.ts';
import { findBillingDetails } from '../../queries.ts';
import type { UblParty } from '../../ubl/ubl-party.ts';
import { writeUblInvoice, type UblInvoice } from '../../ubl/ubl-invoice.ts';
import { findAmounts, saleTypeFor, type LegalAmounts } from '../find-amounts.ts';
import type { LegalInvoice, LegalParty, LegalRate, Parties } from '../legal-invoice.ts';
import { findLegalInvoice } from '../queries.ts';
import { buyerOfOrder, legalBuyer, type BuyerProblem } from './legal-buyer.ts';

/** A legal invoice before it has its number, or what it lacks. */
type Draft =
  | { ok: true; amounts: LegalAmounts; parties: Parties; rate: LegalRate | null; write: WriteXml }
  /** no-rate: an invoice in another currency states its rate. sale-not-issued: of the sale to give back. */
  | { ok: false; problem: BuyerProblem | 'no-rate' | 'sale-not-issued' };

/** Writes the invoice as UBL-TR with its number, its ETTN and its day. */
type WriteXml = (given: Pick<UblInvoice, 'number' | 'ettn' | 'issuedOn'>) => string;

/** Texts of an invoice are in the language of the tax administration. */
const format = formatFor('tr');

/**
 * Puts together what a legal invoice states. A sale states the buyer of its order. A return states the buyer
 * and the rate of its sale; an invoice that was sent before states those with which it was sent.
 */
export async function draftLegalInvoice(db: Knex, legal: LegalInvoice, config: Config): Promise<Draft> {
  const receipt = await findAnyInvoice(db, legal.invoice_id);
  const details = await findBillingDetails(db, legal.company_id);
  if (receipt === undefined || details === undefined)
    throw new Error('Bug! A legal invoice without a receipt');
  const sale = legal.returns_id === null ? null : ((await findLegalInvoice(db, legal.returns_id)) ?? null);
  const told = legalBuyer(buyerOfOrder(await findOrderBuyer(db, receipt.payment_id), details));
  const buyer = (legal.parties ?? sale?.parties)?.buyer ?? (told.ok ? told.buyer : null);
  if (buyer === null) return { ok: false, problem: told.ok ? 'buyer-place' : told.problem };
  const amounts = await findAmounts(db, legal, saleTypeFor(buyer, config));
  if (amounts === null) return { ok: false, problem: 'sale-not-issued' };
  const rate = legal.rate ?? sale?.rate ?? (await findRate(db, receipt));
  if (rate === null && legal.currency !== 'TRY') return { ok: false, problem: 'no-rate' };
  const parties = { buyer, seller: sellerOf(config) };
  const notes = notesOf(receipt, { rate, ownNumber: told.ok ? told.ownNumber : null });
  const returnOf = sale === null ? null : { number: sale.number ?? '', issuedOn: sale.issued_on ?? '' };
  const write: WriteXml = (given) =>
    writeUblInvoice({
      ...{ ...given, type: amounts.type, currency: legal.currency, totalMinor: legal.total_minor },
      ...{ taxMinor: amounts.taxMinor, taxPercent: amounts.taxPercent, rate: rate?.rate ?? null },
      exemption: Number(amounts.taxPercent) === 0 ? config.legalInvoices.exemption : null,
      ...{ seller: ublPartyOf(parties.seller), buyer: ublPartyOf(buyer), returnOf, notes },
      item: format.t('billing.invoiceItemText', { plan: format.t(`common.plan_${receipt.plan}`) }),
      servicePeriod: { from: localDay(receipt.period_start), until: localDay(receipt.period_end) },
      order: { number: receipt.merchant_oid, day: localDay(receipt.paid_at) },
    });
  return { ok: true, amounts, parties, rate, write };
}

async function findRate(db: Knex, receipt: PrintedInvoice): Promise<LegalRate | null> {
  if (receipt.currency === 'TRY') return null;
  const found = await findLiraRate(db, receipt);
  // The dollar and the euro have a unit of one; a rate for several would have to be divided, and rounded.
  if (found?.unit !== 1) return null;
  const { rate, bulletin_date, bulletin_no } = found;
  return { rate, bulletin_date, bulletin_no };
}

function sellerOf({ seller, legalInvoices }: Config): LegalParty {
  return { ...seller, ...legalInvoices.seller, country: 'TR' };
}

function notesOf(
  receipt: PrintedInvoice,
  { rate, ownNumber }: { rate: LegalRate | null; ownNumber: string | null },
): string[] {
  const { t, when } = format;
  return [
    t('legalInvoices.noteReceipt', { number: receipt.invoice_no }),
    ...(rate === null
      ? []
      : [
          t('legalInvoices.noteRate', {
            ...{ currency: receipt.currency, rate: rate.rate.replace('.', ','), number: rate.bulletin_no },
            date: when(`${rate.bulletin_date}T12:00:00+03:00`, 'day'),
          }),
        ]),
    ...(ownNumber === null ? [] : [t('legalInvoices.noteBuyerNumber', { number: ownNumber })]),
  ];
}

function ublPartyOf(party: LegalParty): UblParty {
  const { name, taxNumber, taxOffice, address, district, city, country, phone, email } = party;
  const orNull = (text: string | null): string | null => (text === '' ? null : text);
  return {
    ...{ name, taxNumber: taxNumber ?? '', taxOffice: orNull(taxOffice), address: address ?? '' },
    ...{
      district: district ?? city ?? '',
      city: city ?? '',
      country: { code: country, name: countryName(country, 'tr') },
    },
    ...{ phone: orNull(phone), email: orNull(email) },
  };
}
