import { commissionMinor, turkishTime } from '../status-answer.ts';
import { type SandboxStore, expectedReportHash } from '../signatures.ts';
import { type Transaction, paidMinor } from '../transactions.ts';

type Answer = Record<string, unknown>;

/** Our own account, as the store's owner told the sandbox: no real one. */
const IBAN = 'TR000000000000000000000000';

const DAY_MS = 86_400_000;
const TRANSACTION_DAYS_MAX = 3;
const PAYOUT_DAYS_MAX = 31;

/** A charge, or money given back, at a moment. */
interface Movement {
  transaction: Transaction;
  kind: 'S' | 'I';
  minor: number;
  at: Date;
}

/**
 * The transaction list: at most three days a call. How PayTR nests the rows is not documented; public clients
 * read `data`. Source: dev.paytr.com/islem-dokumu.
 */
export function answerTransactionList(
  store: SandboxStore,
  fields: Record<string, string>,
  transactions: Transaction[],
): Answer {
  const { start_date: from = '', end_date: to = '' } = fields;
  const fault = faultOf(store, fields, [from, to]);
  if (fault) return fault;
  const [start, end] = [momentOf(from), momentOf(to)];
  if (start === null || end === null) return refuse('start_date ve end_date YYYY-MM-DD hh:mm:ss olmali');
  if (end < start) return refuse('end_date start_date degerinden once olamaz');
  if (end.getTime() - start.getTime() > TRANSACTION_DAYS_MAX * DAY_MS)
    return refuse('tarih araligi en fazla 3 gun olabilir');
  const rows = movementsOf(transactions).filter(({ at }) => at >= start && at <= end);
  return rows.length === 0 ? nothing() : { status: 'success', data: rows.map(describeMovement) };
}

/** The transfers made and to come, by day. Source: dev.paytr.com/odeme-rapor-servisi/odeme-ozeti. */
export function answerPayouts(
  store: SandboxStore,
  fields: Record<string, string>,
  { transactions, now }: { transactions: Transaction[]; now: Date },
): Answer {
  const { start_date: from = '', end_date: to = '' } = fields;
  const fault = faultOf(store, fields, [from, to]);
  if (fault) return fault;
  if (!isDay(from) || !isDay(to)) return refuse('start_date ve end_date YYYY-MM-DD olmali');
  if (to < from) return refuse('end_date start_date degerinden once olamaz');
  if (Date.parse(to) - Date.parse(from) > (PAYOUT_DAYS_MAX - 1) * DAY_MS)
    return refuse('tarih araligi en fazla 31 gun olabilir');
  const today = dayOf(now);
  const days = new Map<string, Movement[]>();
  for (const movement of movementsOf(transactions)) {
    const key = `${payoutDay(movement.at)} ${currencyOf(movement.transaction)}`;
    days.set(key, [...(days.get(key) ?? []), movement]);
  }
  const sums = [...days].map(([key, movements]) => ({
    ...{ day: key.slice(0, 10), currency: key.slice(11) },
    ...sumsOf(movements),
  }));
  const done = sums.filter(({ day }) => day >= from && day <= to && day <= today);
  if (done.length === 0) return nothing();
  return {
    status: 'success',
    data: done.map(({ day, currency, sales, returns, net }) => ({
      ...{ date_paid: day, currency, merchant_iban: IBAN },
      ...{ sales: major(sales), return: major(returns), net: major(net) },
    })),
    future_payments: Object.fromEntries(
      sums
        .filter(({ day }) => day > today)
        .map(({ day, currency, sales, returns, net }) => [
          day,
          {
            [currency]: {
              ...{ net_amounts: major(net), sale_amounts: major(sales), return_amounts: major(returns) },
            },
          },
        ]),
    ),
  };
}

/** The orders in the transfers of a day. Source: dev.paytr.com/odeme-rapor-servisi/odeme-detayi. */
export function answerPayoutLines(
  store: SandboxStore,
  fields: Record<string, string>,
  transactions: Transaction[],
): Answer {
  const day = fields['date'] ?? '';
  const fault = faultOf(store, fields, [day]);
  if (fault) return fault;
  if (!isDay(day)) return refuse('date YYYY-MM-DD olmali');
  const sales = movementsOf(transactions).filter(({ kind, at }) => kind === 'S' && payoutDay(at) === day);
  if (sales.length === 0) return nothing();
  return {
    status: 'success',
    data: sales.map(({ transaction, minor }) => ({
      ...{ merchant_oid: transaction.merchantOid, merchant_iban: IBAN, merchant_name: 'Sandbox' },
      ...{ payment: major(minor), currency: currencyOf(transaction) },
    })),
  };
}

function faultOf(store: SandboxStore, fields: Record<string, string>, signed: string[]): Answer | undefined {
  if (fields['merchant_id'] !== store.merchantId) return refuse('Gecersiz istek veya magaza aktif degil');
  if (signed.includes('')) return refuse('Zorunlu alan gonderilmedi');
  if (fields['paytr_token'] !== expectedReportHash(store, signed))
    return refuse('paytr_token gonderilmedi veya gecersiz');
  return undefined;
}

function movementsOf(transactions: Transaction[]): Movement[] {
  return transactions
    .filter(({ outcome, isUnlisted }) => outcome?.status === 'success' && isUnlisted !== true)
    .flatMap((transaction): Movement[] => [
      {
        ...{ transaction, kind: 'S', minor: paidMinor(transaction) },
        at: transaction.finishedAt ?? transaction.createdAt,
      },
      ...transaction.refunds.map(({ amountMinor, at }) => ({
        ...{ transaction, kind: 'I' as const, minor: amountMinor, at },
      })),
    ])
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}

function describeMovement({ transaction, kind, minor, at }: Movement): Record<string, string> {
  const fee = kind === 'S' ? commissionMinor(minor) : 0;
  return {
    islem_tipi: kind,
    net_tutar: major(minor - fee),
    kesinti_tutari: major(fee),
    kesinti_orani: kind === 'S' ? '2.40' : '0',
    islem_tutari: major(kind === 'S' ? transaction.amountMinor : minor),
    odeme_tutari: major(minor),
    islem_tarihi: dayOf(at).split('-').reverse().join('.'),
    para_birimi: currencyOf(transaction),
    taksit: transaction.instalments === 1 ? '0' : String(transaction.instalments),
    kart_marka: transaction.card?.brand ?? '',
    kart_no: transaction.card?.maskedPan ?? '',
    siparis_no: transaction.merchantOid,
    odeme_tipi: 'KART',
  };
}

function sumsOf(movements: Movement[]): { sales: number; returns: number; net: number } {
  const sum = (kind: 'S' | 'I'): number =>
    movements.filter((each) => each.kind === kind).reduce((total, { minor }) => total + minor, 0);
  const fees = movements
    .filter(({ kind }) => kind === 'S')
    .reduce((total, { minor }) => total + commissionMinor(minor), 0);
  return { sales: sum('S'), returns: sum('I'), net: sum('S') - sum('I') - fees };
}

/** The sandbox transfers on the next day. */
function payoutDay(at: Date): string {
  return dayOf(new Date(at.getTime() + DAY_MS));
}

function currencyOf({ currency }: Transaction): string {
  return currency === 'TRY' ? 'TL' : currency;
}

function dayOf(at: Date): string {
  return turkishTime(at).slice(0, 10);
}

// Date takes 30 February for 2 March, and 24:00 for midnight; hence the way back.
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
}

/** `2026-11-30 00:00:00` in Turkish time, which has had no summer time since 2016. */
function momentOf(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text)) return null;
  const at = new Date(`${text.replace(' ', 'T')}+03:00`);
  return !Number.isNaN(at.getTime()) && turkishTime(at) === text ? at : null;
}

function major(minor: number): string {
  return (minor / 100).toFixed(2);
}

function nothing(): Answer {
  return { status: 'failed', err_msg: 'kayit bulunamadi' };
}

function refuse(message: string): Answer {
  return { status: 'error', err_no: '001', err_msg: message };
}
