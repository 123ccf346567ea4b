import { browserName } from '../../origin/browser-name.ts';
import { findCountry } from '../../origin/find-country.ts';
import { networkOf } from '../../origin/network-of.ts';
import type { EventKind, WatchedEvent } from '../rules/watched-event.ts';

/** An audit row with what alerts need of it. */
export interface WatchedRow {
  event_id: string;
  timestamp: Date;
  user_id: number;
  company_id: number | null;
  actor_type: string;
  action_type: string;
  success: boolean;
  ip_address: string | null;
  user_agent: string | null;
  error_message: string | null;
  details: Record<string, unknown>;
}

/**
 * Audit actions that the rules look at, beside sign-ins. The trigger `note_for_alerts` names them as well.
 */
const kinds: Record<string, EventKind> = {
  browser_session_moved: 'session-moved',
  token_created: 'token-created',
  ssh_key_added: 'key-added',
  evidence_exported: 'evidence-downloaded',
  operator_company_viewed: 'operator-looked',
  second_factor_added: 'factor-changed',
  second_factor_removed: 'factor-changed',
  recovery_codes_made: 'factor-changed',
  email_changed: 'address-changed',
};

/** Reasons of refused sign-ins that are attempts at somebody's password. */
const attempts = ['wrong-password', 'locked', 'rate-limited'];

export const watchedActions = ['login', ...Object.keys(kinds)];

/** The event that the rules see in an audit row. Null for a row that none of them looks at. */
export function readEvent(row: WatchedRow): WatchedEvent | null {
  const kind = kindOf(row);
  if (kind === null) return null;
  const { details } = row;
  const text = (name: string): string | null => {
    const value = details[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    id: row.event_id,
    at: row.timestamp,
    kind,
    network: networkOf(row.ip_address),
    country: findCountry(row.ip_address).country,
    browser: browserName(row.user_agent),
    deviceId: kind === 'sign-in' && typeof details.device_id === 'number' ? details.device_id : null,
    isNewDevice: details.new_device === true,
    isOthersDevice: details.known_to_others === true,
    attempts: typeof details.attempts === 'number' ? details.attempts : 1,
    browserBefore: text('browser_before'),
    operatorId: isByStaff(row) ? row.user_id : null,
  };
}

/** True for what the platform's staff did in a company: the company is concerned, and not an account. */
export function isByStaff({ actor_type, company_id }: WatchedRow): boolean {
  return actor_type === 'operator' && company_id !== null;
}

function kindOf({ action_type, success, error_message }: WatchedRow): EventKind | null {
  if (action_type === 'login') {
    if (success) return 'sign-in';
    return attempts.includes(error_message ?? '') ? 'failure' : null;
  }
  return success ? (kinds[action_type] ?? null) : null;
}
