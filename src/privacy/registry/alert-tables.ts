import type { RegisteredTable } from '../purposes/activities.ts';

/** Alerts, incidents and the choice of mails. */
export const alertTables = {
  alert_inbox: {
    activity: 'protection',
    period: 'untilUsed',
    people: { person: 'alert_inbox.user_id = :user' },
    personal: { link: ['user_id', 'event_id'], activity: ['event_at'] },
    notPersonal: ['arrived_at', 'tries', 'next_try_at'],
  },
  alerts: {
    activity: 'protection',
    period: 'alert',
    people: { person: 'alerts.user_id = :user', actor: 'alerts.actor_user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'actor_user_id', 'event_id'],
      network: ['ip_address', 'country', 'browser'],
      activity: ['event_at', 'action', 'rules', 'is_serious', 'raised_at', 'reported_at'],
      credential: ['report_token_hash'],
    },
    about: { actor: ['actor_user_id'] },
    notPersonal: ['id', 'country_data_from', 'report_expires_at'],
    withheld: { secret: ['report_token_hash'] },
  },
  incidents: {
    activity: 'protection',
    period: 'alert',
    people: {
      person: 'incidents.user_id = :user',
      opener: 'incidents.opened_by = :user',
      closer: 'incidents.closed_by = :user',
    },
    personal: {
      link: ['user_id', 'company_id', 'alert_id', 'opened_by', 'closed_by'],
      activity: ['opened_at', 'closed_at', 'outcome'],
    },
    about: { opener: ['opened_by'], closer: ['closed_by'] },
    notPersonal: ['id'],
  },
  incident_steps: {
    activity: 'protection',
    period: 'alert',
    people: {
      person: 'incident_steps.incident_id in (select id from incidents where user_id = :user)',
      worker: 'incident_steps.user_id = :user',
    },
    personal: {
      link: ['incident_id', 'user_id'],
      activity: ['at', 'kind', 'details'],
      words: ['note'],
    },
    about: { worker: ['user_id'] },
    notPersonal: ['id'],
    withheld: { others: ['note', 'user_id'] },
    json: {
      details: {
        personal: [
          'alert_id',
          'outcome',
          'browser_sessions_ended',
          'access_tokens_revoked',
          'ssh_keys_removed',
          'devices_forgotten',
          'second_factors_removed',
        ],
        others: [],
        notPersonal: [],
      },
    },
  },
  alert_rules: {
    activity: 'protection',
    period: 'account',
    people: { changer: 'alert_rules.changed_by = :user' },
    personal: { link: ['changed_by', 'company_id'], activity: ['changed_at'] },
    notPersonal: ['settings'],
  },
  notification_choices: {
    activity: 'account',
    period: 'account',
    people: { person: 'notification_choices.user_id = :user' },
    personal: { link: ['user_id'], preference: ['declined'], activity: ['changed_at'] },
    notPersonal: [],
  },
} as const satisfies Record<string, RegisteredTable>;
