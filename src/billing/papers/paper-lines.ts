import type { Format } from '../../web/format.ts';

/** A buyer or seller as a paper names them, for ever as they were on the day of issue. */
export interface InvoiceParty {
  name: string;
  address: string | null;
  phone: string | null;
  email: string | null;
  taxOffice: string | null;
  taxNumber: string | null;
}

/** A party line by line; nothing for what is not known. */
export function partyLines(party: InvoiceParty, { t }: Format): string[] {
  const { name, address, phone, email, taxOffice, taxNumber } = party;
  const lines = [name, address, phone, email];
  if (taxOffice) lines.push(`${t('billing.taxOffice')}: ${taxOffice}`);
  if (taxNumber) lines.push(`${t('billing.taxNumber')}: ${taxNumber}`);
  return lines.flatMap((line) => (line ? [line] : []));
}

/** A time, or a span of time, in Istanbul and in UTC. */
export function bothZones({ t, when }: Format, ...times: Date[]): string {
  const here = t('billing.istanbulTime', { time: times.map((time) => when(time)).join(' – ') });
  const utc = t('billing.utcTime', { time: times.map((time) => when(time, 'utc')).join(' – ') });
  return `${here} · ${utc}`;
}
