import type { RegisteredTable } from '../purposes/activities.ts';
import { auditDetails } from './audit-details.ts';

/** The audit trail, and what strangers tried. */
export const auditTables = {
  audit_logs: {
    activity: 'trail',
    period: 'evidence',
    people: {
      person: 'audit_logs.user_id = :user',
      subject: `audit_logs.resource_type = 'user' and audit_logs.resource_id = :user::text`,
    },
    personal: {
      link: ['user_id', 'company_id'],
      activity: [
        'timestamp',
        'actor_type',
        'action_type',
        'resource_type',
        'resource_id',
        'success',
        'error_message',
        'request_method',
        'request_path',
        'request_id',
        'details',
      ],
      network: ['ip_address', 'user_agent'],
    },
    about: {
      subject: [
        'timestamp',
        'action_type',
        'resource_type',
        'resource_id',
        'success',
        'error_message',
        'details',
      ],
      person: [
        'timestamp',
        'action_type',
        'resource_type',
        'resource_id',
        'success',
        'error_message',
        'details',
      ],
    },
    notPersonal: ['id', 'event_id'],
    withheld: { repeated: ['company_id'] },
    json: { details: auditDetails },
    bundled: ['person', 'subject'],
  },
  log_keys: {
    activity: 'trail',
    period: 'evidence',
    people: { person: 'log_keys.user_id = :user' },
    personal: { link: ['user_id'], credential: ['key'], activity: ['created_at'] },
    notPersonal: ['company_id'],
    withheld: { secret: ['key'] },
  },
  refused_attempts: {
    activity: 'protection',
    period: 'day',
    people: { person: 'refused_attempts.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'key', 'subject'],
      activity: ['event', 'attempts', 'first_at', 'last_at'],
    },
    notPersonal: ['own_rows', 'window_ends_at'],
    // Becomes a row of the audit trail before a copy is made.
    withheld: {
      repeated: ['user_id', 'company_id', 'key', 'subject', 'event', 'attempts', 'first_at', 'last_at'],
    },
  },
  security_events: {
    activity: 'protection',
    period: 'ring',
    people: { person: `security_events.details ->> 'user_id' = :user::text` },
    personal: {
      activity: ['at', 'kind', 'path', 'request_id', 'details'],
      network: ['ip_address'],
    },
    notPersonal: ['slot'],
    json: {
      details: {
        personal: ['user_id', 'action', 'reason'],
        others: [],
        notPersonal: [
          'body_bytes',
          'claimed_order',
          'content_type',
          'field',
          'host',
          'origin',
          'site',
          'signature',
        ],
      },
    },
  },
} as const satisfies Record<string, RegisteredTable>;
