import type { PeriodName } from './periods.ts';

/** Legal grounds, each of KVKK art. 5/2 and of GDPR art. 6(1). */
type Ground = 'contract' | 'legal-duty' | 'protection-of-a-right' | 'legitimate-interest';

/** The people whom data is about. */
type PeopleKind = 'members' | 'admins' | 'operators' | 'invited' | 'visitors';

/**
 * Those who get data, inside the company and outside. The texts `privacy.transfer_…` say of each whether data
 * goes abroad, and on which ground. A service for time stamps would be one more: none is used yet.
 */
export const recipients = [
  'admins',
  'operators',
  'hosting',
  'mail-providers',
  'paytr',
  'banks',
  'authorities',
] as const;
type Recipient = (typeof recipients)[number];

/** One purpose for which personal data is processed: a row of the record of processing (GDPR art. 30). */
interface Activity {
  grounds: readonly Ground[];
  people: readonly PeopleKind[];
  recipients: readonly Recipient[];
}

const everybody = ['members', 'admins', 'operators'] as const;
const insiders = ['admins', 'operators', 'hosting', 'authorities'] as const;
const dispute = ['paytr', 'banks'] as const;

/** Every purpose, in the order of the privacy notice. The words are in the texts, `privacy.purpose_…`. */
export const activities = {
  account: {
    grounds: ['contract', 'legitimate-interest'],
    people: [...everybody, 'invited'],
    recipients: [...insiders, ...dispute],
  },
  signIn: {
    grounds: ['legitimate-interest', 'protection-of-a-right'],
    people: [...everybody, 'visitors'],
    recipients: [...insiders, ...dispute],
  },
  credentials: {
    grounds: ['contract', 'legitimate-interest'],
    people: everybody,
    recipients: insiders,
  },
  trail: {
    grounds: ['contract', 'legitimate-interest', 'protection-of-a-right'],
    people: [...everybody, 'visitors'],
    recipients: [...insiders, ...dispute],
  },
  use: {
    grounds: ['contract', 'legitimate-interest', 'protection-of-a-right'],
    people: ['members', 'admins'],
    recipients: [...insiders, ...dispute],
  },
  acceptances: {
    grounds: ['legal-duty', 'protection-of-a-right'],
    people: everybody,
    recipients: [...insiders, ...dispute],
  },
  payments: {
    grounds: ['contract', 'legitimate-interest', 'protection-of-a-right'],
    people: ['admins'],
    recipients: [...insiders, ...dispute],
  },
  invoices: {
    grounds: ['legal-duty'],
    people: ['admins'],
    recipients: [...insiders, ...dispute],
  },
  mails: {
    grounds: ['contract', 'protection-of-a-right'],
    people: [...everybody, 'invited'],
    recipients: [...insiders, 'mail-providers', ...dispute],
  },
  protection: {
    grounds: ['legitimate-interest'],
    people: [...everybody, 'visitors'],
    recipients: ['operators', 'hosting', 'authorities'],
  },
  requests: {
    grounds: ['legal-duty', 'protection-of-a-right'],
    people: [...everybody, 'visitors'],
    recipients: ['operators', 'hosting', 'mail-providers', 'authorities'],
  },
  holds: {
    grounds: ['protection-of-a-right', 'legal-duty'],
    people: everybody,
    recipients: ['operators', 'hosting', 'authorities', ...dispute],
  },
  evidence: {
    grounds: ['contract', 'protection-of-a-right'],
    people: everybody,
    recipients: ['operators', 'hosting'],
  },
} as const satisfies Record<string, Activity>;

export type ActivityName = keyof typeof activities;

/** Kinds of personal data, as the notice and the record of processing name them. */
export type Category =
  /** Name, company and role. */
  | 'identity'
  | 'contact'
  /** Numbers that lead to a person within the database. */
  | 'link'
  /** Passwords and keys, as hashes or in their public half. */
  | 'credential'
  /** IP addresses and browsers. */
  | 'network'
  /** Something the person did, and when. */
  | 'activity'
  | 'preference'
  | 'payment'
  | 'billing'
  /** Words that somebody wrote. */
  | 'words';

/** The reasons why the person's own copy lacks a value. */
export type WithheldReason =
  /** A hash or a key that would help to get into an account. */
  | 'secret'
  /** About somebody else, or in words that may name others. */
  | 'others'
  /** Says nothing of the person that the copy does not have elsewhere. */
  | 'repeated';

/** The keys of a column of JSON: those about the person, those about somebody else, and the rest. */
export interface JsonKeys {
  personal: readonly string[];
  others: readonly string[];
  notPersonal: readonly string[];
}

/** A table of the database, and what its columns say of whom. */
export interface RegisteredTable {
  /** Why its personal columns exist. */
  activity: ActivityName;
  period: PeriodName;
  /**
   * Conditions on a row that find a person, by `:user` (users.id) or `:email` (the address, of people without
   * an account too). Columns are about the first, unless `about` says otherwise.
   */
  people: Record<string, string>;
  personal: Partial<Record<Category, readonly string[]>>;
  notPersonal: readonly string[];
  /** Columns about others of `people`; a column may be about several. */
  about?: Record<string, readonly string[]>;
  /** Columns that are kept for another time than the table's. */
  periodOf?: Partial<Record<PeriodName, readonly string[]>>;
  /** Columns that the person's own copy lacks, by reason. */
  withheld?: Partial<Record<WithheldReason, readonly string[]>>;
  json?: Record<string, JsonKeys>;
  /** Those of `people` whose rows the evidence bundle has, so that the copy needs no list of its own. */
  bundled?: readonly string[];
}
