import type { Format } from '../../../web/format.ts';
import type { Ce3Decision, Ce3Element } from '../../ce3/ce3-decision.ts';
import type { Delivery } from '../../delivery/read-delivery.ts';
import type { ProofTag } from '../../defences/proof-tags.ts';
import type { FactRecord } from '../../facts/fact-record.ts';
import type { PaymentFacts } from '../../facts/payment-facts.ts';
import type { DisputeCase } from '../../queries.ts';

/** A sentence of the letter, with the records that it rests on. */
export interface CoverSentence {
  id: string;
  text: string;
  records: readonly FactRecord[];
}

/** A file beside the PDF, below `data/`. */
export interface AttachedFile {
  path: string;
  sha256: string;
  bytes: Buffer;
}

/** Something that an operator added to the case. */
export interface ExhibitFile extends AttachedFile {
  record: FactRecord;
  name: string;
  /** In words. */
  description: string;
  /** The tag of that which it proves, and the same in words. */
  tag: ProofTag;
  proves: string;
  contentType: string;
  /** The words of a mail; null for other files. */
  text: string | null;
  addedAt: Date;
}

/** A page that the customer was shown. */
export interface SeenFile extends AttachedFile {
  id: string;
}

/** A mail, with its record; the report of its delivery has none. */
export interface MailFile extends AttachedFile {
  record: FactRecord | null;
}

/** One row of the table by which Visa's Compelling Evidence 3.0 compares three payments. */
export interface HistoryColumn {
  record: FactRecord;
  title: string;
  paidAt: Date;
  days: number | null;
  amount: string;
  description: string;
  ip: string | null;
  login: string | null;
  card: string | null;
}

/** The comparison with earlier payments: the disputed payment first. Null where the case asks for none. */
export interface History {
  columns: readonly HistoryColumn[];
  /** Elements that agree in all of them. */
  matches: readonly Ce3Element[];
  ruleVersion: Ce3Decision['rule_version'];
}

/** Everything that the pages print. Nothing in it depends on the clock or on who asks. */
export interface PackageContent {
  /** Names the package and its files: at most 16 ASCII characters. */
  name: string;
  /** The newest record of the package. */
  asOf: Date;
  facts: PaymentFacts;
  dispute: DisputeCase | null;
  /** In words; null where no reason was told. */
  reason: string | null;
  letter: readonly CoverSentence[];
  /** The same in English; empty where the letter is English. */
  summary: readonly CoverSentence[];
  delivery: Delivery;
  history: History | null;
  /** Pages that the customer was shown and accepted, as stored; `contract` is the accepted text. */
  seen: readonly SeenFile[];
  exhibits: readonly ExhibitFile[];
  mails: readonly MailFile[];
  invoices: readonly AttachedFile[];
  /** The evidence about the payer with its proofs. */
  bundle: AttachedFile;
  /** The contents of the pages as data. */
  data: AttachedFile;
  /** How the bundle is proved. Null where the log was not signed yet. */
  proof: { log: string; size: number; root: string; vkeys: readonly string[]; logAddress: string } | null;
  seller: { name: string; address: string; email: string; phone: string; taxNumber: string };
}

/**
 * How many rows a table prints at most; whatever is left out stands on the last page. And how large the
 * letter is, and whether the English summary stands under it or on the next page.
 */
export interface RowLimits {
  letterPoints: number;
  summaryOnCover: boolean;
  timeline: number;
  sessions: number;
  signIns: number;
  days: number;
  mails: number;
}

/** Something that the data has and the pages do not. */
export interface LeftOut {
  what: string;
  shown: number;
  all: number;
  where: string;
}

/** Everything that a section needs to write itself. */
export interface Printing {
  content: PackageContent;
  format: Format;
  limits: RowLimits;
  leaveOut: (left: LeftOut) => void;
}
