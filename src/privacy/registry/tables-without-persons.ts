/** Tables that say nothing of any person, with all their columns. */
export const tablesWithoutPersons = {
  audit_time_bounds: ['oldest', 'ahead', 'is_row'],
  subscriptions: [
    'company_id',
    'plan',
    'billing_currency',
    'trial_ends_at',
    'period_started_at',
    'period_ends_at',
    'updated_at',
  ],
  invoice_counters: ['year', 'last_number', 'last_issued_at'],
  legal_documents: ['id', 'kind', 'version', 'locale', 'title', 'body', 'content_sha256', 'published_at'],
  scheduled_jobs: [
    'name',
    'next_run_at',
    'last_started_at',
    'last_finished_at',
    'last_succeeded',
    'last_message',
  ],
  knex_migrations: ['id', 'name', 'batch', 'migration_time'],
  knex_migrations_lock: ['index', 'is_locked'],
  migration_checksums: ['name', 'sha256', 'applied_at'],
} as const satisfies Record<string, readonly string[]>;
