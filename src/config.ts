import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { parseCommand } from './workspace/runtime/command-template.ts';
import type { RuntimeConfig } from './workspace/runtime/runtime-types.ts';

/** The gateway's name for each currency we price in is mapped in billing/paytr.ts; here are ours (ISO 4217). */
export const currencies = ['TRY', 'USD', 'EUR'] as const;
export type Currency = (typeof currencies)[number];

const text = z.string().trim();
const flag = z.stringbool({ truthy: ['1', 'true'], falsy: ['0', 'false'] });
const origin = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/** What development prints for the seller; production refuses to start with these. */
const sellerPlaceholders = {
  SELLER_ADDRESS: 'Development only, no address set',
  SELLER_PHONE: '+90 000 000 00 00',
  SELLER_EMAIL: 'support@example.com',
};

/**
 * Every environment variable: meaning, unit, default. `.env.example` repeats them for people and a test compares the two.
 * Secrets have no default.
 */
export const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  BASE_URL: origin.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  MIGRATION_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  DATABASE_REPLICA_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
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
  SSH_SOCKETS: text.startsWith('/', 'an absolute path').optional(),
  SSH_SESSION_COMMAND: text.optional(),
  SSH_HOST: text.regex(/^[A-Za-z0-9.:-]{1,253}$/, 'a host name').optional(),
  SSH_PORT: z.coerce.number().int().min(1).max(65535).default(22),
  SSH_USER: text.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user').default('workspace'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: text.default('YouAreCoder <no-reply@example.com>'),
  METRICS_TOKEN: text.min(16, 'at least 16 characters').optional(),
});

export interface Config {
  production: boolean;
  port: number;
  /** Scheme, host and port that browsers use, without a slash at the end. */
  baseUrl: string;
  databaseUrl: string;
  databasePoolMax: number;
  /** A streaming replica for the audit viewer and exports; see read-db.ts. */
  databaseReplica: { url: string | null; poolMax: number; waitMs: number };
  dataDir: string;
  audit: {
    /** Where events wait while Postgres cannot take them. */
    spoolDir: string;
    spoolMaxBytes: number;
    queueEvents: number;
    batchEvents: number;
    writeTimeoutMs: number;
  };
  /** For how many months to come the monthly tables have a partition. */
  partitionMonthsAhead: number;
  /** Null: evidence is never dropped. */
  retentionMonths: number | null;
  sessionSecret: string;
  sessionIdleHours: number;
  trustProxy: TrustProxy;
  logLevel: string;
  paytr: {
    merchantId: string;
    merchantKey: string;
    merchantSalt: string;
    baseUrl: string;
    testMode: boolean;
    timeoutSeconds: number;
    currencies: Currency[];
    /** Told to the gateway instead of a private client address; only outside production. */
    userIpOverride: string | null;
  };
  seller: {
    name: string;
    address: string;
    phone: string;
    email: string;
    taxOffice: string;
    taxNumber: string;
  };
  taxPercent: number;
  invoicePrefix: string;
  workspacePorts: { min: number; max: number };
  workspaceRuntime: RuntimeConfig;
  /** Days for which a deleted workspace can be restored before what is in it is destroyed. */
  workspaceRestoreDays: number;
  /** Hours without active use after which a program is stopped; null: never. */
  workspaceIdleStopHours: number | null;
  /** Workspaces are reached at `{label}.{workspaceDomain}`; null: they have no address in a browser. */
  workspaceDomain: string | null;
  /** Null: nobody comes in by SSH. */
  ssh: SshConfig | null;
  smtpUrl: string | null;
  mailFrom: string;
  /** Null: `/metrics` answers loopback only. */
  metricsToken: string | null;
}

export interface SshConfig {
  /** The folder of the sockets at which sshd's commands ask. */
  sockets: string;
  /** How sshd's user starts the session command; null: as `defaultSessionCommand` says. */
  sessionCommand: string[] | null;
  /** Where people connect to, and as whom. */
  host: string;
  port: number;
  user: string;
}

export type TrustProxy = number | string[] | false;

/** All that is wrong with the environment, one line each; the process must not start. */
export class ConfigError extends Error {
  readonly faults: string[];

  constructor(faults: string[]) {
    super(`The configuration has ${String(faults.length)} fault(s):\n- ${faults.join('\n- ')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Reads and checks the environment. Pure. Throws `ConfigError` that lists every fault at once. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  const faults = parsed.success ? findFaults(parsed.data) : parsed.error.issues.map(describeIssue);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return toConfig(parsed.data);
}

/** What `npm run maintain` needs to know; the secrets of the app are none of its business. Throws `ConfigError`. */
export function loadMaintenanceConfig(
  env: Record<string, string | undefined>,
): Pick<Config, 'partitionMonthsAhead' | 'retentionMonths'> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.pick({ PARTITION_MONTHS_AHEAD: true, RETENTION_MONTHS: true }).safeParse(given);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(describeIssue));
  const { PARTITION_MONTHS_AHEAD, RETENTION_MONTHS } = parsed.data;
  return { partitionMonthsAhead: PARTITION_MONTHS_AHEAD, retentionMonths: RETENTION_MONTHS ?? null };
}

type Environment = z.output<typeof environment>;

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.includes('undefined');
  return `${name}: ${missing ? 'is not set' : issue.message}`;
}

function findFaults(env: Environment): string[] {
  const faults: string[] = [];
  faults.push(...findRuntimeFaults(env));
  if (env.WORKSPACE_PORT_MIN > env.WORKSPACE_PORT_MAX) {
    faults.push('WORKSPACE_PORT_MIN: is above WORKSPACE_PORT_MAX');
  }
  if (env.SSH_SOCKETS !== undefined && env.WORKSPACE_RUNTIME === 'external')
    faults.push('SSH_SOCKETS: workspaces that run elsewhere have no folder here to open a shell in');
  if (env.SESSION_SECRET.length < 32) faults.push('SESSION_SECRET: needs at least 32 characters');
  if (env.NODE_ENV === 'production') faults.push(...findProductionFaults(env));
  return faults;
}

function findRuntimeFaults(env: Environment): string[] {
  if (env.WORKSPACE_RUNTIME === 'external') return [];
  if (env.WORKSPACE_COMMAND === undefined) {
    const advice = 'or WORKSPACE_RUNTIME=external when workspaces run elsewhere';
    return env.NODE_ENV === 'production' ? [`WORKSPACE_COMMAND: is not set, ${advice}`] : [];
  }
  try {
    parseCommand(env.WORKSPACE_COMMAND);
    return [];
  } catch (error) {
    return [`WORKSPACE_COMMAND: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function toRuntimeConfig(env: Environment): RuntimeConfig {
  const command = env.WORKSPACE_COMMAND;
  return {
    isManaged: env.WORKSPACE_RUNTIME === 'process',
    command: command === undefined ? null : parseCommand(command),
    usesSocket: command?.includes('{socket}') === true,
    dataDir: env.DATA_DIR,
    uid: env.WORKSPACE_UID ?? null,
    gid: env.WORKSPACE_GID ?? null,
    memoryMb: env.WORKSPACE_MEMORY_MB ?? null,
    processesMax: env.WORKSPACE_MAX_PROCESSES ?? null,
    outlivesApp: env.NODE_ENV === 'production',
    startTimeoutMs: env.WORKSPACE_START_SECONDS * 1000,
  };
}

function toSshConfig(env: Environment): SshConfig | null {
  if (env.SSH_SOCKETS === undefined) return null;
  return {
    sockets: env.SSH_SOCKETS,
    sessionCommand: env.SSH_SESSION_COMMAND?.split(/\s+/) ?? null,
    host: env.SSH_HOST ?? new URL(env.BASE_URL ?? 'http://localhost').hostname,
    port: env.SSH_PORT,
    user: env.SSH_USER,
  };
}

function findProductionFaults(env: Environment): string[] {
  const faults: string[] = [];
  for (const name of [
    'SESSION_SECRET',
    'PAYTR_MERCHANT_KEY',
    'PAYTR_MERCHANT_SALT',
    'METRICS_TOKEN',
  ] as const) {
    const value = env[name];
    if (value !== undefined && isWeakSecret(value)) faults.push(`${name}: is a weak or well-known value`);
  }
  if (env.BASE_URL === undefined) faults.push('BASE_URL: is not set');
  else if (!env.BASE_URL.startsWith('https://')) faults.push('BASE_URL: must be https in production');
  if (isUnder(env.BASE_URL, env.WORKSPACE_DOMAIN)) {
    faults.push(
      'WORKSPACE_DOMAIN: the app itself lies under it, where a workspace could set cookies for the app',
    );
  }
  if (!env.PAYTR_BASE_URL.startsWith('https://')) faults.push('PAYTR_BASE_URL: must be https in production');
  if (env.PAYTR_USER_IP_OVERRIDE !== undefined)
    faults.push('PAYTR_USER_IP_OVERRIDE: is for development only');
  for (const name of ['SELLER_ADDRESS', 'SELLER_PHONE', 'SELLER_EMAIL'] as const) {
    if (env[name] === sellerPlaceholders[name]) faults.push(`${name}: is not set, and invoices need it`);
  }
  return faults;
}

/** True when a cookie for the whole domain would also be sent to the app. */
function isUnder(baseUrl: string | undefined, domain: string | undefined): boolean {
  if (baseUrl === undefined || domain === undefined) return false;
  return `.${new URL(baseUrl).hostname}`.endsWith(`.${domain}`);
}

/** Strong = no word of a sample file in it, and at least 8 different characters. */
function isWeakSecret(value: string): boolean {
  const looksCopied = /change|secret|example|password|default|development|sandbox|test|1234|abcd/i.test(
    value,
  );
  return looksCopied || new Set(value).size < 8;
}

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

/** Names a database by its address, so that what was meant for one is never replayed into another. */
function databaseTag(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return createHash('sha256').update(`${hostname}:${port}${pathname}`).digest('hex').slice(0, 12);
}

function toConfig(env: Environment): Config {
  return {
    production: env.NODE_ENV === 'production',
    port: env.PORT,
    baseUrl: env.BASE_URL ?? `http://localhost:${String(env.PORT)}`,
    databaseUrl: env.DATABASE_URL,
    databasePoolMax: env.DATABASE_POOL_MAX,
    databaseReplica: {
      url: env.DATABASE_REPLICA_URL ?? null,
      poolMax: env.DATABASE_POOL_MAX,
      waitMs: env.DATABASE_REPLICA_WAIT_MS,
    },
    dataDir: env.DATA_DIR,
    audit: {
      spoolDir: join(env.AUDIT_SPOOL_DIR ?? join(env.DATA_DIR, 'audit-spool'), databaseTag(env.DATABASE_URL)),
      spoolMaxBytes: env.AUDIT_SPOOL_MAX_MB * 1_048_576,
      queueEvents: env.AUDIT_QUEUE_MAX_EVENTS,
      batchEvents: env.AUDIT_BATCH_MAX_EVENTS,
      writeTimeoutMs: env.AUDIT_WRITE_TIMEOUT_SECONDS * 1000,
    },
    partitionMonthsAhead: env.PARTITION_MONTHS_AHEAD,
    retentionMonths: env.RETENTION_MONTHS ?? null,
    sessionSecret: env.SESSION_SECRET,
    sessionIdleHours: env.SESSION_IDLE_HOURS,
    trustProxy: env.TRUST_PROXY,
    logLevel: env.LOG_LEVEL,
    paytr: {
      merchantId: env.PAYTR_MERCHANT_ID,
      merchantKey: env.PAYTR_MERCHANT_KEY,
      merchantSalt: env.PAYTR_MERCHANT_SALT,
      baseUrl: env.PAYTR_BASE_URL,
      testMode: env.PAYTR_TEST_MODE,
      timeoutSeconds: env.PAYTR_TIMEOUT_SECONDS,
      currencies: env.PAYTR_CURRENCIES,
      userIpOverride: env.PAYTR_USER_IP_OVERRIDE ?? null,
    },
    seller: {
      name: env.SELLER_NAME,
      address: env.SELLER_ADDRESS,
      phone: env.SELLER_PHONE,
      email: env.SELLER_EMAIL,
      taxOffice: env.SELLER_TAX_OFFICE,
      taxNumber: env.SELLER_TAX_NUMBER,
    },
    taxPercent: env.TAX_PERCENT,
    invoicePrefix: env.INVOICE_PREFIX,
    workspacePorts: { min: env.WORKSPACE_PORT_MIN, max: env.WORKSPACE_PORT_MAX },
    workspaceRuntime: toRuntimeConfig(env),
    workspaceRestoreDays: env.WORKSPACE_RESTORE_DAYS,
    workspaceIdleStopHours: env.WORKSPACE_IDLE_STOP_HOURS === 0 ? null : env.WORKSPACE_IDLE_STOP_HOURS,
    workspaceDomain: env.WORKSPACE_DOMAIN ?? (env.NODE_ENV === 'production' ? null : 'localhost'),
    ssh: toSshConfig(env),
    smtpUrl: env.SMTP_URL ?? null,
    mailFrom: env.MAIL_FROM,
    metricsToken: env.METRICS_TOKEN ?? null,
  };
}
