import type { Format } from '../../web/format.ts';
import { activities, recipients, type ActivityName } from '../purposes/activities.ts';
import { periods, type PeriodName } from '../purposes/periods.ts';
import type { TextKey } from '../../web/locales/catalogues.ts';
import { listPersonalColumns, type PersonalColumn } from './registry.ts';

/** A purpose in a reader's words: a row of the privacy notice and of the record of processing. */
export interface DescribedActivity {
  name: ActivityName;
  title: string;
  purpose: string;
  people: string[];
  categories: string[];
  grounds: string[];
  /** Each period, with what is kept for it where the purpose has several. */
  periods: string[];
  recipients: string[];
  /** For each of the recipients whether data goes abroad, and on which ground. */
  transfers: string[];
  /** The tables and columns, by their names in the database. */
  columns: string[];
}

/** Every purpose for which personal data is processed, from the registry, in the language of `format`. */
export function describeActivities({ t }: Pick<Format, 't'>): DescribedActivity[] {
  const columns = listPersonalColumns();
  return (Object.keys(activities) as ActivityName[]).map((name) => {
    const { grounds, people, recipients: receiving } = activities[name];
    const own = columns.filter(({ activity }) => activity === name);
    return {
      name,
      title: t(`privacy.activity_${name}`),
      purpose: t(`privacy.purpose_${name}`),
      people: people.map((kind) => t(`privacy.people_${kind}`)),
      categories: unique(own.map(({ category }) => t(`privacy.category_${category}`))),
      grounds: grounds.map((ground) => t(`privacy.ground_${ground}`)),
      periods: describePeriods({ t }, own),
      recipients: receiving.map((recipient) => t(`privacy.recipient_${recipient}`)),
      transfers: receiving.map((recipient) => describeTransfer({ t }, recipient)),
      columns: own.map(({ table, column }) => `${table}.${column}`),
    };
  });
}

/** Every recipient with what is said of transfers to it, for the page that lists each once. */
export function describeTransfers({ t }: Pick<Format, 't'>): { recipient: string; transfer: string }[] {
  return recipients.map((recipient) => ({
    recipient: t(`privacy.recipient_${recipient}`),
    transfer: t(`privacy.transfer_${recipient}`),
  }));
}

function describeTransfer({ t }: Pick<Format, 't'>, recipient: (typeof recipients)[number]): string {
  return `${t(`privacy.recipient_${recipient}`)}: ${t(`privacy.transfer_${recipient}`)}`;
}

/**
 * The periods of some columns. Where there are several, each names the tables it is for, and of a table that
 * has columns of two periods their categories: `7 days after it was made (Browser sessions)`.
 */
function describePeriods({ t }: Pick<Format, 't'>, columns: PersonalColumn[]): string[] {
  const names = unique(columns.map(({ period }) => period));
  return names.map((name) => {
    const words = describePeriod({ t }, name);
    if (names.length === 1) return words;
    const own = columns.filter(({ period }) => period === name);
    const kept = unique(own.map(({ table }) => table)).map((table) => {
      const label = t(`privacy.table_${table}` as TextKey);
      const isWhole = columns.every((column) => column.table !== table || column.period === name);
      if (isWhole) return label;
      const part = own.filter((column) => column.table === table).map(({ category }) => category);
      return `${label}: ${unique(part)
        .map((category) => t(`privacy.category_${category}`))
        .join(', ')}`;
    });
    return `${words} (${kept.join('; ')})`;
  });
}

/** A period in words: `24 months after the end of the paid period they belong to`. */
function describePeriod({ t }: Pick<Format, 't'>, name: PeriodName): string {
  const { amount, unit, since } = periods[name];
  if (amount === null) return t(`privacy.kept_${since}`, { length: 'none' });
  return t(`privacy.kept_${since}`, { length: t(`privacy.length_${unit}`, { amount }) });
}

function unique<Text extends string>(texts: Text[]): Text[] {
  return [...new Set(texts)];
}
