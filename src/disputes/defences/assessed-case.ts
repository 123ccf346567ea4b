import { localDay } from '../../local-calendar.ts';
import type { DisputeCase } from '../queries.ts';
import { findReason } from '../reasons/reason-codes.ts';
import type { AssessedCase } from './assessment.ts';

/**
 * The case as its assessment needs it. The general defences answer before the bank has named a reason, and
 * for one that is in no list.
 */
export function assessedCaseOf(dispute: DisputeCase, exhibits: AssessedCase['exhibits']): AssessedCase {
  const { network, reason_code: code } = dispute;
  const reason = code === null ? undefined : findReason(network, code);
  return {
    family: reason?.family ?? (dispute.source === 'statement' ? 'unrecognized' : 'general'),
    network: network ?? reason?.network ?? null,
    code: reason?.code ?? code,
    dispute_id: dispute.id,
    amount_minor: dispute.amount_minor,
    claim: dispute.claim,
    submitted_on: dispute.submitted_on,
    processed_on: dispute.processed_on,
    received_on: localDay(dispute.received_at),
    is_closed: dispute.closed_at !== null,
    exhibits,
  };
}
