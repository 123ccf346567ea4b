import type { RegisteredTable } from '../../purposes/activities.ts';

/** Cases of disputed payments and what was answered. */
export const disputeTables = {
  disputes: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'disputes.user_id = :user',
      opener: 'disputes.opened_by = :user',
      closer: 'disputes.closed_by = :user',
    },
    personal: {
      link: [
        'company_id',
        'payment_id',
        'user_id',
        'reference',
        'opened_by',
        'closed_by',
        'refund_id',
        'frozen_package_id',
      ],
      payment: ['network', 'reason_code', 'amount_minor', 'currency', 'fee_minor', 'lost_minor', 'state'],
      words: ['claim', 'note'],
      activity: ['received_at', 'submitted_on', 'processed_on', 'opened_at', 'disputed_at', 'closed_at'],
    },
    about: { opener: ['opened_by'], closer: ['closed_by'] },
    notPersonal: [
      'id',
      'round',
      'source',
      'answer_by',
      'reminded_for',
      'reminded_hours',
      'state_before_refund',
      'drafted_at',
    ],
    // An operator's own note, which may name others.
    withheld: { others: ['note'] },
  },
  dispute_answers: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'dispute_answers.dispute_id in (select id from disputes where user_id = :user)',
      sender: 'dispute_answers.sent_by = :user',
    },
    personal: {
      link: ['dispute_id', 'company_id', 'package_id', 'sent_by'],
      words: ['sent_to'],
      activity: ['sent_at'],
    },
    about: { sender: ['sent_by'] },
    notPersonal: ['id', 'round', 'channel'],
    withheld: { others: ['sent_to'] },
  },
  dispute_history_decisions: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'dispute_history_decisions.dispute_id in (select id from disputes where user_id = :user)',
    },
    personal: {
      link: ['dispute_id', 'company_id'],
      payment: ['inputs', 'decision', 'status'],
      activity: ['decided_at'],
    },
    notPersonal: ['id', 'rule_version', 'code_version', 'inputs_sha256'],
  },
  chargebacks: {
    activity: 'payments',
    period: 'books',
    people: { payer: 'chargebacks.payment_id in (select id from payments where user_id = :user)' },
    personal: {
      link: ['dispute_id', 'payment_id', 'company_id', 'chargeback_no', 'invoice_no'],
      payment: ['kind', 'currency', 'total_minor', 'tax_minor', 'plan', 'period_start', 'period_end'],
      activity: ['issued_at'],
    },
    notPersonal: ['id', 'restores', 'year', 'number'],
  },
  dispute_exhibits: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'dispute_exhibits.dispute_id in (select id from disputes where user_id = :user)',
      adder: 'dispute_exhibits.added_by = :user',
      withdrawer: 'dispute_exhibits.withdrawn_by = :user',
    },
    personal: {
      link: ['dispute_id', 'company_id', 'mail_id', 'added_by', 'withdrawn_by'],
      words: ['name', 'description', 'text', 'content', 'withdrawn_reason'],
      activity: ['kind', 'proves', 'added_at', 'withdrawn_at', 'sha256', 'received_sha256'],
    },
    about: { adder: ['added_by'], withdrawer: ['withdrawn_by'] },
    notPersonal: ['id', 'round', 'file_kind', 'bytes', 'width', 'height', 'pages'],
    // Files of banks and of others, and an operator's own words about them.
    withheld: { others: ['content', 'text', 'name', 'description', 'withdrawn_reason'] },
  },
  dispute_packages: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'dispute_packages.payment_id in (select id from payments where user_id = :user)',
      maker: 'dispute_packages.made_by = :user',
    },
    personal: {
      link: ['company_id', 'payment_id', 'dispute_id', 'made_by', 'name'],
      activity: ['as_of', 'made_at'],
    },
    about: { maker: ['made_by'] },
    notPersonal: [
      ...['id', 'kind', 'content_sha256', 'zip_sha256', 'zip_bytes', 'pdf_sha256', 'pdf_at', 'pdf_bytes'],
      ...['pages', 'profile', 'stamped_at'],
    ],
  },
  dispute_package_files: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: `(dispute_package_files.company_id, dispute_package_files.sha256) in (
        select package.company_id, package.zip_sha256 from dispute_packages as package
        where package.payment_id in (select id from payments where user_id = :user))`,
    },
    personal: { link: ['company_id'], words: ['bytes'] },
    notPersonal: ['sha256'],
    // A package has nothing of the payer that the tables above do not have.
    withheld: { repeated: ['bytes'] },
  },
} satisfies Record<string, RegisteredTable>;
