import type { RegisteredTable } from '../purposes/activities.ts';

/** Acceptances of legal texts, mails, holds and downloads. */
export const otherTables = {
  legal_acceptances: {
    activity: 'acceptances',
    period: 'contract',
    people: { person: 'legal_acceptances.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'document_id'],
      network: ['ip_address', 'user_agent'],
      activity: ['accepted_at', 'request_id'],
    },
    notPersonal: ['id'],
    periodOf: { evidence: ['ip_address', 'user_agent'] },
  },
  mails: {
    activity: 'mails',
    period: 'withEvidence',
    people: { recipient: 'mails.user_id = :user or mails.recipient = :email' },
    personal: {
      contact: ['recipient'],
      link: ['user_id', 'company_id', 'message_id', 'cause_id'],
      preference: ['locale'],
      words: ['subject', 'kept', 'with_secret'],
      activity: ['created_at', 'template', 'cause_type', 'state', 'sent_sha256', 'kept_sha256'],
    },
    notPersonal: [
      'id',
      'template_version',
      'envelope_id',
      'useful_until',
      'tries',
      'queued_at',
      'next_try_at',
      'sending_since',
    ],
    // The mail itself came to the person. Its words may name a colleague; its links open something.
    withheld: { others: ['subject', 'kept'], secret: ['with_secret'] },
  },
  mail_events: {
    activity: 'mails',
    period: 'withEvidence',
    people: {
      recipient:
        'mail_events.mail_id in (select id from mails where mails.user_id = :user or mails.recipient = :email)',
      operator: 'mail_events.user_id = :user',
    },
    personal: { activity: ['at', 'state', 'answer'], link: ['mail_id', 'user_id'] },
    about: { operator: ['user_id', 'at'], recipient: ['at'] },
    notPersonal: ['id', 'source', 'try', 'server'],
  },
  legal_holds: {
    activity: 'holds',
    period: 'case',
    people: {
      subject: 'legal_holds.user_id = :user',
      placer: 'legal_holds.placed_by = :user',
      releaser: 'legal_holds.released_by = :user',
    },
    personal: {
      link: ['user_id', 'company_id', 'placed_by', 'released_by'],
      activity: ['kind', 'placed_at', 'released_at'],
      words: ['reference', 'reason', 'release_note'],
    },
    about: {
      subject: ['placed_at', 'released_at'],
      placer: ['placed_by', 'placed_at'],
      releaser: ['released_by', 'released_at'],
    },
    notPersonal: ['id', 'dispute_id'],
    // Written about a case, in words that may name others and tell the other side what is prepared.
    withheld: { others: ['reason', 'release_note'] },
  },
  export_progress: {
    activity: 'evidence',
    period: 'download',
    people: { person: 'export_progress.user_id = :user' },
    personal: {
      link: ['user_id'],
      credential: ['token'],
      activity: ['state', 'rows_done', 'rows_total', 'updated_at'],
    },
    notPersonal: [],
    withheld: { secret: ['token'] },
  },
} as const satisfies Record<string, RegisteredTable>;
