import { ALERT_MONTHS } from '../../alerts/sweep-alerts.ts';
import { KEY_HOURS } from '../../api/create-workspace-once.ts';
import { DEVICE_MEMORY_DAYS, LOCK_MEMORY_HOURS } from '../../auth/sweep-auth.ts';
import { MAX_MONTHS_AHEAD } from '../../billing/order-rules.ts';
import { RETENTION_MONTHS_MIN } from '../../config/environment.ts';
import { PROGRESS_KEPT_HOURS } from '../../evidence/export-progress.ts';
import { SESSION_MAX_DAYS } from '../../web/sessions/browser-session.ts';

/** How long something is kept: `amount` of `unit`, from `since` on; without an amount as long as `since`. */
interface Period {
  amount: number | null;
  unit: 'hours' | 'days' | 'months' | 'years' | null;
  since: 'made' | 'last-use' | 'paid-period' | 'account' | 'evidence' | 'used-up' | 'replaced' | 'case';
}

/**
 * Every retention period of the product. A number that a job or a setting enforces is imported from there, so
 * that it exists once; the others come from laws and are enforced by never deleting.
 */
export const periods = {
  /** A disputed card payment can arrive so late (schemes' rules: 540 days and the stages after them). */
  evidence: { amount: RETENTION_MONTHS_MIN - MAX_MONTHS_AHEAD, unit: 'months', since: 'paid-period' },
  /** Commercial code art. 82; the five years of the tax procedure law art. 253 lie within. */
  books: { amount: 10, unit: 'years', since: 'made' },
  /** Which texts were accepted is a part of the contract: code of obligations, general limitation. */
  contract: { amount: 10, unit: 'years', since: 'made' },
  /** The deletion regulation asks for three years at least (art. 7/3); the product never removes them. */
  requests: { amount: 3, unit: 'years', since: 'case' },
  account: { amount: null, unit: null, since: 'account' },
  withEvidence: { amount: null, unit: null, since: 'evidence' },
  case: { amount: null, unit: null, since: 'case' },
  device: { amount: DEVICE_MEMORY_DAYS, unit: 'days', since: 'last-use' },
  /** As long as a takeover can matter in a dispute; an incident from its end on. */
  alert: { amount: ALERT_MONTHS, unit: 'months', since: 'made' },
  browserSession: { amount: SESSION_MAX_DAYS, unit: 'days', since: 'made' },
  lock: { amount: LOCK_MEMORY_HOURS, unit: 'hours', since: 'last-use' },
  /** Tickets, cookies, counters and the like are swept within an hour of the end of their use. */
  day: { amount: 24, unit: 'hours', since: 'made' },
  apiKey: { amount: KEY_HOURS, unit: 'hours', since: 'made' },
  download: { amount: PROGRESS_KEPT_HOURS, unit: 'hours', since: 'last-use' },
  untilUsed: { amount: null, unit: null, since: 'used-up' },
  ring: { amount: null, unit: null, since: 'replaced' },
} as const satisfies Record<string, Period>;

export type PeriodName = keyof typeof periods;
