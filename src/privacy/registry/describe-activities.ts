import type { Format } from '../../web/format.ts';
import { activities, recipients, type ActivityName } from '../purposes/activities.ts';
import { periods, type PeriodName } from '../purposes/periods.ts';
import { listPersonalColumns } from './registry.ts';

/** A purpose in a reader's words: a row of the privacy notice and of the record of processing. */
export interface DescribedActivity {
  name: ActivityName;
  title: string;
  purpose: string;
  people: string[];
  categories: string[];
  grounds: string[];
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
      periods: unique(own.map(({ period }) => describePeriod({ t }, period))),
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

/** A period in words: `24 months after the end of the paid period they belong to`. */
function describePeriod({ t }: Pick<Format, 't'>, name: PeriodName): string {
  const { amount, unit, since } = periods[name];
  if (amount === null) return t(`privacy.kept_${since}`, { length: 'none' });
  return t(`privacy.kept_${since}`, { length: t(`privacy.length_${unit}`, { amount }) });
}

function unique(texts: string[]): string[] {
  return [...new Set(texts)];
}
