import type { RegisteredTable } from '../../purposes/activities.ts';

/** The buyer of a company is a person where a sole trader buys: the company's admins stand for it. */
const ADMIN_OF = `(select company_id from users where id = :user and role = 'admin')`;

/** Subscriptions, payments and invoices. */
export const billingTables = {
  billing_details: {
    activity: 'invoices',
    period: 'account',
    people: { buyer: `billing_details.company_id = ${ADMIN_OF}` },
    personal: {
      link: ['company_id'],
      billing: [
        'customer_type',
        'billing_name',
        'billing_address',
        'billing_district',
        'billing_city',
        'billing_country',
        'billing_phone',
        'billing_tax_office',
        'billing_tax_number',
      ],
    },
    notPersonal: [],
  },
  subscriptions: {
    activity: 'payments',
    period: 'books',
    people: { canceller: 'subscriptions.cancelled_by = :user' },
    personal: {
      link: ['cancelled_by', 'company_id'],
      activity: ['cancel_requested_at', 'cancels_at'],
      words: ['cancel_reason'],
    },
    notPersonal: [
      'plan',
      'billing_currency',
      'usual_currency',
      'paid_prices',
      'trial_ends_at',
      'period_started_at',
      'period_ends_at',
      'next_plan',
      'next_period_ends_at',
      'wanted_plan',
      'grace_plan',
      'opens_until',
      'updated_at',
    ],
  },
  payments: {
    activity: 'payments',
    period: 'books',
    people: { payer: 'payments.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'merchant_oid'],
      payment: [
        'plan',
        'currency',
        'amount_minor',
        'price_facts',
        'status',
        'charged_minor',
        'charged_currency',
        'installment_count',
        'payment_type',
        'failed_reason_code',
        'failed_reason_message',
        'review_reason',
      ],
      network: ['client_ip', 'user_agent', 'gateway_user_ip'],
      credential: ['gateway_token'],
      activity: ['created_at', 'decided_at', 'charged_at', 'paid_at', 'superseded_at', 'time_taken_at'],
    },
    notPersonal: [
      'id',
      'price_list_id',
      'test_mode',
      'asks_failed',
      'ask_again_at',
      'asked_at',
      'ask_problem',
    ],
    periodOf: { evidence: ['client_ip', 'user_agent', 'gateway_user_ip'] },
    withheld: { secret: ['gateway_token'] },
  },
  price_lists: {
    activity: 'payments',
    period: 'books',
    people: { operator: 'price_lists.created_by = :user' },
    personal: { link: ['created_by'], activity: ['created_at'], words: ['note'] },
    about: { operator: ['created_by'] },
    notPersonal: [
      'id',
      'version',
      'effective_from',
      'kind',
      'base_currency',
      'rate_side',
      'margin_bps',
      'rounding_mode',
      'rounding_steps',
      'entered_at',
    ],
  },
  order_consents: {
    activity: 'acceptances',
    period: 'contract',
    people: { person: 'order_consents.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'payment_id'],
      billing: ['customer_type', 'terms_text', 'terms_html', 'buyer', 'card_terms', 'card_terms_text'],
      network: ['ip_address', 'user_agent', 'browser_session'],
      preference: ['locale'],
      activity: ['accepted_at', 'boxes', 'button', 'documents', 'request_id'],
      payment: ['price_facts', 'prices_text', 'prices_html'],
    },
    notPersonal: ['id', 'text_sha256', 'html_sha256', 'prices_sha256', 'card_text_sha256'],
    periodOf: { evidence: ['ip_address', 'user_agent', 'browser_session'] },
    withheld: { repeated: ['terms_html', 'prices_html', 'price_facts', 'buyer'] },
  },
  payment_card_facts: {
    activity: 'payments',
    period: 'books',
    people: { payer: 'payment_card_facts.payment_id in (select id from payments where user_id = :user)' },
    personal: {
      link: ['payment_id'],
      payment: [
        'masked_pan',
        'card_brand',
        'card_bank',
        'card_scheme',
        'card_type',
        'installment_count',
        'payment_type',
        'payment_date',
        'three_d',
        'answer',
        'bin_answer',
      ],
    },
    notPersonal: ['asked_at', 'fee_minor', 'net_minor'],
  },
  payment_follow_ups: {
    activity: 'payments',
    period: 'books',
    people: { payer: 'payment_follow_ups.payment_id in (select id from payments where user_id = :user)' },
    personal: { link: ['payment_id'], payment: ['answer'] },
    notPersonal: ['terms_mail_id', 'due_at', 'asks_failed', 'asked_at', 'ask_problem'],
  },
  payment_callbacks: {
    activity: 'payments',
    period: 'books',
    people: {
      payer: 'payment_callbacks.payment_id in (select id from payments where user_id = :user)',
    },
    personal: {
      payment: ['body', 'outcome'],
      link: ['payment_id', 'merchant_oid'],
      activity: ['received_at'],
    },
    // The address is that of the payment service.
    notPersonal: ['id', 'body_sha256', 'ip_address', 'last_received_at', 'received_count'],
    // The bundle has its fields, without the signature.
    withheld: { secret: ['body'] },
  },
  invoices: {
    activity: 'invoices',
    period: 'books',
    people: {
      buyer: `invoices.company_id = ${ADMIN_OF}
        and invoices.payment_id in (select id from payments where user_id = :user)`,
    },
    personal: {
      billing: ['buyer', 'invoice_no'],
      link: ['company_id', 'payment_id'],
      payment: ['plan', 'period_start', 'period_end', 'currency', 'total_minor', 'tax_minor', 'issued_at'],
    },
    notPersonal: ['id', 'year', 'number', 'tax_percent', 'seller'],
    json: {
      buyer: {
        personal: ['name', 'address', 'phone', 'email', 'taxOffice', 'taxNumber'],
        others: [],
        notPersonal: [],
      },
    },
  },
  legal_invoices: {
    activity: 'invoices',
    period: 'books',
    people: {
      buyer: `legal_invoices.company_id = ${ADMIN_OF}
        and legal_invoices.invoice_id in (
          select invoices.id from invoices join payments on payments.id = invoices.payment_id where payments.user_id = :user)`,
      operator: ':user in (legal_invoices.issued_by, legal_invoices.delivered_by, legal_invoices.ended_by)',
    },
    personal: {
      billing: ['parties', 'number', 'ettn'],
      link: ['company_id', 'invoice_id', 'issued_by', 'delivered_by', 'ended_by'],
      payment: ['currency', 'total_minor', 'tax_minor', 'type'],
      activity: ['issued_on', 'delivered_at', 'delivered_how', 'ended_at', 'ended_as'],
      words: ['ended_reason'],
    },
    about: { operator: ['issued_by', 'delivered_by', 'ended_by'] },
    notPersonal: [
      'id',
      'returns_id',
      'reversal_id',
      'created_at',
      'due_at',
      'issuer',
      'tax_percent',
      'rate',
      'issued_at',
      'sent_at',
      'ask_again_at',
      'asks_failed',
      'problem',
      'state',
    ],
    json: { parties: { personal: ['buyer'], others: [], notPersonal: ['seller'] } },
    withheld: { others: ['ended_reason'] },
  },
  legal_invoice_files: {
    activity: 'invoices',
    period: 'books',
    people: {
      buyer: `legal_invoice_files.company_id = ${ADMIN_OF}
        and legal_invoice_files.legal_invoice_id in (
          select legal_invoices.id from legal_invoices
          join invoices on invoices.id = legal_invoices.invoice_id
          join payments on payments.id = invoices.payment_id where payments.user_id = :user)`,
      operator: 'legal_invoice_files.added_by = :user',
    },
    personal: {
      billing: ['content'],
      link: ['company_id', 'legal_invoice_id', 'added_by'],
      activity: ['added_at'],
    },
    about: { operator: ['added_by'] },
    notPersonal: ['id', 'kind', 'sha256'],
    // The page of the company's receipts has the file itself.
    withheld: { repeated: ['content'] },
  },
} as const satisfies Record<string, RegisteredTable>;
