/** The states of a mail; `migrations/0013-outbox.sql` says what each means. */
export const mailStates = [
  'kept',
  'queued',
  'sending',
  'delayed',
  'relayed',
  'delivered',
  'failed',
  'uncertain',
] as const;

export type MailState = (typeof mailStates)[number];
