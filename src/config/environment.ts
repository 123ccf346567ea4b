import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { currencies } from '../currency.ts';
import { databaseAddress } from './database-address.ts';

const text = z.string().trim();
const flag = z.stringbool({ truthy: ['1', 'true'], falsy: ['0', 'false'] });
const origin = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/** The seller's details in development. Production refuses to start with them. */
export const sellerPlaceholders = {
  SELLER_ADDRESS: 'Development only, no address set',
  SELLER_PHONE: '+90 000 000 00 00',
  SELLER_EMAIL: 'support@example.com',
};

/**
 * Every environment variable: meaning, unit, default. `.env.example` repeats them for people, and a test
 * compares the two. Secrets have no default.
 */
export const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  BASE_URL: origin.optional(),
  DATABASE_URL: databaseAddress,
  MIGRATION_DATABASE_URL: databaseAddress.optional(),
  DATABASE_REPLICA_URL: databaseAddress.optional(),
  DATABASE_REPLICA_WAIT_MS: z.coerce.number().int().min(1).max(60_000).default(1000),
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(10),
  DATA_DIR: text.default('.data'),
  AUDIT_SPOOL_DIR: text.optional(),
  AUDIT_SPOOL_MAX_MB: z.coerce.number().int().min(1).max(1_000_000).default(1024),
  AUDIT_QUEUE_MAX_EVENTS: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  AUDIT_BATCH_MAX_EVENTS: z.coerce.number().int().min(1).max(10_000).default(1000),
  AUDIT_WRITE_TIMEOUT_SECONDS: z.coerce.number().min(0.05).max(60).default(5),
  RETENTION_MONTHS: z.coerce
    .number()
    .int()
    .min(36, 'evidence is kept for 36 months at least')
    .max(1200)
    .optional(),
  PARTITION_MONTHS_AHEAD: z.coerce.number().int().min(1).max(24).default(3),
  SESSION_SECRET: text,
  SESSION_IDLE_HOURS: z.coerce.number().min(0.1).max(720).default(12),
  TRUST_PROXY: text.default('').transform(parseTrustProxy),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  PAYTR_MERCHANT_ID: text.regex(/^\d{1,20}$/, 'digits only'),
  PAYTR_MERCHANT_KEY: text.min(8, 'at least 8 characters'),
  PAYTR_MERCHANT_SALT: text.min(8, 'at least 8 characters'),
  PAYTR_BASE_URL: origin.default('https://www.paytr.com'),
  PAYTR_TEST_MODE: flag.default(false),
  PAYTR_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(60).default(20),
  PAYTR_CURRENCIES: text
    .default('TRY,USD,EUR')
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(currencies)).min(1)),
  PAYTR_USER_IP_OVERRIDE: z.union([z.ipv4(), z.ipv6()]).optional(),
  SELLER_NAME: text.max(120).default('YouAreCoder'),
  SELLER_ADDRESS: text.min(5).max(400).default(sellerPlaceholders.SELLER_ADDRESS),
  SELLER_PHONE: text.regex(/^\+?[\d ]{7,20}$/, 'a phone number').default(sellerPlaceholders.SELLER_PHONE),
  SELLER_EMAIL: z.email().default(sellerPlaceholders.SELLER_EMAIL),
  SELLER_TAX_OFFICE: text.max(80).default(''),
  SELLER_TAX_NUMBER: text.max(20).default(''),
  TAX_PERCENT: z.coerce.number().min(0).max(100).default(20),
  INVOICE_PREFIX: text.regex(/^[A-Z0-9]{3}$/, 'three capital letters or digits').default('YAC'),
  WORKSPACE_PORT_MIN: z.coerce.number().int().min(1024).max(65535).default(20000),
  WORKSPACE_PORT_MAX: z.coerce.number().int().min(1024).max(65535).default(29999),
  WORKSPACE_RUNTIME: z.enum(['process', 'external']).default('process'),
  WORKSPACE_COMMAND: text.optional(),
  WORKSPACE_UID: z.coerce.number().int().min(1000).max(2_000_000_000).optional(),
  WORKSPACE_GID: z.coerce.number().int().min(1).max(2_000_000_000).optional(),
  WORKSPACE_MEMORY_MB: z.coerce.number().int().min(16).max(1_000_000).optional(),
  WORKSPACE_MAX_PROCESSES: z.coerce.number().int().min(1).max(1_000_000).optional(),
  WORKSPACE_START_SECONDS: z.coerce.number().min(1).max(600).default(30),
  WORKSPACE_IDLE_STOP_HOURS: z.coerce.number().min(0).max(8760).default(12),
  WORKSPACE_RESTORE_DAYS: z.coerce.number().int().min(0).max(365).default(7),
  WORKSPACE_DOMAIN: text
    .toLowerCase()
    .regex(
      /^(?=.{1,189}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
      'a domain name',
    )
    .optional(),
  WORKSPACE_CONNECTIONS_MAX: z.coerce.number().int().min(1).max(1_000_000).default(500),
  STREAM_DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(4),
  SSH_SOCKETS: text.startsWith('/', 'an absolute path').optional(),
  SSH_SESSION_COMMAND: text.optional(),
  SSH_HOST: text.regex(/^[A-Za-z0-9.:-]{1,253}$/, 'a host name').optional(),
  SSH_PORT: z.coerce.number().int().min(1).max(65535).default(22),
  SSH_USER: text.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user').default('workspace'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: text.default('YouAreCoder <no-reply@example.com>'),
  METRICS_TOKEN: text.min(16, 'at least 16 characters').optional(),
});

/** The environment after parsing. */
export type Environment = z.output<typeof environment>;

/** The form that Express takes: how many proxies, or their addresses and networks. False: none. */
export type TrustProxy = number | string[] | false;

function parseTrustProxy(value: string, context: z.RefinementCtx): TrustProxy {
  if (value === '' || value === '0' || value === 'false') return false;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  const networks = value.split(',').map((part) => part.trim());
  const wrong = networks.find((network) => !isNetwork(network));
  if (wrong === undefined) return networks;
  context.addIssue({
    code: 'custom',
    message: `"${wrong}" is neither a number of proxies nor an address or CIDR range`,
  });
  return false;
}

function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return true;
}
