import type { RegisteredTable } from '../purposes/activities.ts';

/** Requests of people about their own data, and the answers. */
export const requestTables = {
  data_requests: {
    activity: 'requests',
    period: 'requests',
    people: {
      person: 'data_requests.user_id = :user or data_requests.email = :email',
      operator:
        'data_requests.entered_by = :user or data_requests.identity_by = :user or data_requests.answered_by = :user',
    },
    personal: {
      identity: ['full_name'],
      contact: ['email'],
      preference: ['locale'],
      link: ['user_id', 'company_id', 'entered_by', 'identity_by', 'answered_by'],
      activity: ['kind', 'channel', 'received_at', 'due_at', 'identity_at', 'decision', 'answered_at'],
      words: ['words', 'identity_check', 'ground', 'kept_words', 'letter'],
    },
    about: { operator: ['entered_by', 'identity_by', 'answered_by'] },
    notPersonal: ['id', 'reminded_at'],
  },
  data_request_notes: {
    activity: 'requests',
    period: 'requests',
    people: {
      person: `data_request_notes.request_id in
        (select id from data_requests where data_requests.user_id = :user or data_requests.email = :email)`,
      operator: 'data_request_notes.written_by = :user',
    },
    personal: { words: ['words'], activity: ['written_at'], link: ['written_by'] },
    about: { operator: ['written_by', 'written_at'], person: ['written_at'] },
    notPersonal: ['id', 'request_id'],
    // Written among the staff, in words that may name others.
    withheld: { others: ['words'] },
  },
} as const satisfies Record<string, RegisteredTable>;
