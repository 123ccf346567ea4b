import type { FactRecord } from './fact-record.ts';
import type { CardFact, ConsentedFact, OrderFact, PayerFact, PeriodFact } from './order-facts.ts';
import type { AcceptanceFact, CancellationFact, ConsentFact, MailFact, NoticeFact } from './agreed-facts.ts';
import type { FaultFact, SessionFact, SignInFact, UseFact, WarningFact } from './use-facts.ts';
import type { CallbackFact, LegalInvoiceFact, NeighbourFact, PriorFact, RefundFact } from './money-facts.ts';

/**
 * Everything stored that an answer to a dispute of one payment may say, as it was at `as_of`. Each fact names
 * its record, and nobody else's address, name or browser is among them.
 */
export interface PaymentFacts {
  as_of: Date;
  order: OrderFact;
  consented: ConsentedFact | null;
  payer: PayerFact;
  card: CardFact | null;
  period: PeriodFact | null;
  consent: ConsentFact | null;
  acceptances: AcceptanceFact[];
  callbacks: CallbackFact[];
  settled: { record: FactRecord; day: string } | null;
  legal_invoices: LegalInvoiceFact[];
  mails: MailFact[];
  sign_ins: SignInFact[];
  refused_sign_ins: { record: FactRecord; at: Date; ip_address: string | null }[];
  sessions: SessionFact[];
  use: { all: UseFact; payer: UseFact };
  faults: FaultFact[];
  refunds: RefundFact[];
  cancellations: CancellationFact[];
  notices: NoticeFact[];
  priors: PriorFact[];
  neighbours: NeighbourFact[];
  warnings: WarningFact[];
}

/** The earlier payments that nobody disputed, newest first. */
export function cleanPriors({ priors }: Pick<PaymentFacts, 'priors'>): PriorFact[] {
  return priors.filter(({ is_disputed }) => !is_disputed);
}
