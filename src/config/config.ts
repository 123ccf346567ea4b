import { createHash, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Currency } from '../currency.ts';
import { findFaults } from './environment-faults.ts';
import { environment, type Environment } from './environment.ts';
import { readSigningKeys, signingKeyFromSecret } from './signing-keys.ts';
import type { TrustProxy } from './trust-proxy.ts';
import { parseCommand } from './command-template.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import type { SealingKey } from '../sealed-bytes.ts';

/** A file of some 10 kB. The job that asks waits for it, and so do the others of the schedule. */
const TCMB_TIMEOUT_SECONDS = 10;

/** A witness keeps one row for each log and answers at once. */
const WITNESS_TIMEOUT_SECONDS = 15;

const transparencyEnvironment = environment
  .pick({
    ...{ NODE_ENV: true, BASE_URL: true, PORT: true, LOG_SIGNING_KEYS: true, LOG_HOST: true },
    ...{ LOG_PUBLISH_SECONDS: true, LOG_HEADS_FILE: true, WITNESS_URL: true, WITNESS_KEY: true },
  })
  .extend({ SESSION_SECRET: environment.shape.SESSION_SECRET.optional() });

type TransparencyEnvironment = z.output<typeof transparencyEnvironment>;

export interface Config {
  production: boolean;
  port: number;
  /** Scheme, host and port that browsers use, without a slash at the end. */
  baseUrl: string;
  databaseUrl: string;
  databasePoolMax: number;
  /** The words by which production starts with a role that may change evidence. Null: never. */
  evidenceRights: string | null;
  /** A streaming replica for the audit viewer and exports; see read-db.ts. */
  databaseReplica: { url: string | null; poolMax: number; waitMs: number };
  dataDir: string;
  audit: {
    /** Where events wait while Postgres cannot take them. Each database has a folder in it. */
    spoolRoot: string;
    /** The name of the database's folder until the database has reported its identity. */
    spoolFolderByAddress: string;
    spoolMaxBytes: number;
    queueEvents: number;
    batchEvents: number;
    writeTimeoutMs: number;
  };
  /** For how many future months the monthly tables have partitions. */
  partitionMonthsAhead: number;
  /** Time stamp authorities, tried in turn, and the file of their pinned roots. */
  stamps: {
    authorities: string[];
    rootsFile: string | null;
    timeoutSeconds: number;
    toleranceSeconds: number;
  };
  /** Null: evidence is never dropped. */
  retentionMonths: number | null;
  sessionSecret: string;
  sessionIdleHours: number;
  transparency: TransparencyConfig;
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
    /** Sent to the gateway instead of a private client address; only outside production. */
    userIpOverride: string | null;
  };
  /** Whether buyers may have their card kept, and the keys that seal its tokens, newest first. */
  storedCards: { isOn: boolean; keys: SealingKey[] };
  seller: {
    name: string;
    address: string;
    phone: string;
    email: string;
    taxOffice: string;
    taxNumber: string;
  };
  taxPercent: number;
  /** A bulletin of exchange rates that is older is too old to make prices from. */
  rateMaxAgeDays: number;
  /** How many days before a trial or paid time ends its reminders go out; null: there is no last one. */
  reminderDays: { first: number; last: number | null };
  /** True: each company gets a mail a month of what it used and paid. */
  usageStatements: boolean;
  /** The Turkish central bank. `always`: rates are fetched whether or not a price list needs them. */
  tcmb: { baseUrl: string; timeoutSeconds: number; always: boolean };
  /** Limits of the channel of an answer to a dispute. */
  disputePackage: {
    pagesMax: number;
    pdfBytesMax: number;
    language: 'tr' | 'en';
    colours: 'any' | 'grey';
  };
  /** Days in which a person may complain about an answer: after it, and at most after the request. */
  complaintDaysAfterAnswer: number;
  complaintDaysAfterRequest: number;
  invoicePrefix: string;
  /** By whom legal invoices are issued. With `own` our receipts are the legal invoices. */
  invoiceIssuer: 'none' | 'own' | 'export' | 'integrator';
  /** The adapter in front of an integrator. Null where there is none. */
  integrator: { url: string; token: string; timeoutSeconds: number } | null;
  invoiceDueDays: number;
  /** Days for the answer to a dispute, and months for which evidence is held after its end. */
  disputeAnswerDays: number;
  disputeKeepMonths: number;
  /** The history of a card in a dispute: see DISPUTE_DEVICE_FINGERPRINT and the settings beside it. */
  cardHistory: { usesDevices: boolean; ownNetworks: string[]; newRuleFrom: string };
  /**
   * Fee of a dispute and cost of an answer's time in minor units, limits as shares of 1; what is left out is
   * unknown.
   */
  disputeFees: Partial<Record<Currency, number>>;
  disputeTimeCosts: Partial<Record<Currency, number>>;
  disputeShareLimits: Partial<Record<string, number>>;
  chargebackPrefix: string;
  /** Bounds of the files of a dispute's case. */
  exhibits: { fileBytesMax: number; caseBytesMax: number };
  reversalPrefix: string;
  /** Legal invoices that the product writes. */
  legalInvoices: {
    prefix: string;
    seller: { district: string; city: string };
    isExemptAbroad: boolean;
    exemption: { code: string; reason: string };
    /** Whether returns are issued as sales are, instead of entered by an operator. */
    issuesReturns: boolean;
  };
  workspacePorts: { min: number; max: number };
  workspaceRuntime: RuntimeConfig;
  /** Days for which a deleted workspace can be restored before its contents are destroyed. */
  workspaceRestoreDays: number;
  /** Hours without active use after which a program is stopped. Null: never. */
  workspaceIdleStopHours: number | null;
  /** Workspaces are reached at `{label}.{workspaceDomain}`. Null: they have no address in a browser. */
  workspaceDomain: string | null;
  /** Requests and WebSockets to workspaces that one person may have open at a time. */
  workspaceConnectionsMax: number;
  /** After so long a stopping process cuts workspaces' answers that have no end. */
  streamDrainMs: number;
  /** Null: no access by SSH. */
  ssh: SshConfig | null;
  smtpUrl: string | null;
  /** Whether the password of `smtpUrl` may go over a connection without TLS. */
  smtpPlainPassword: boolean;
  /** Address to which delivery reports come back; null: none are asked for. */
  mailBouncesTo: string | null;
  mailFrom: string;
  /** Null: `/metrics` answers loopback only, and nobody where workspaces run on this machine. */
  metricsToken: string | null;
}

interface TransparencyConfig {
  /** The host in the origins of the logs. */
  host: string;
  /** The keys that sign checkpoints, newest first. */
  signingKeys: KeyObject[];
  publishSeconds: number;
  /** The file to which the newest checkpoint of the platform's log is added after each round. */
  headsFile: string | null;
  /** The witness that cosigns them, and the key by which its signature is verified. */
  witness: { url: string; vkey: string; timeoutSeconds: number } | null;
}

export interface SshConfig {
  /** The folder of the sockets on which sshd's commands reach the app. */
  sockets: string;
  /** The command by which sshd's user starts a session. Null: the one of `defaultSessionCommand`. */
  sessionCommand: string[] | null;
  /** The host that people connect to, and the user name there. */
  host: string;
  port: number;
  user: string;
}

/** All faults of the environment, one line each. The process must not start. */
export class ConfigError extends Error {
  readonly faults: string[];

  constructor(faults: string[]) {
    super(`The configuration has ${String(faults.length)} fault(s):\n- ${faults.join('\n- ')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** Reads and checks the environment. Pure. Throws a `ConfigError` that lists every fault at once. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const parsed = environment.safeParse(withoutBlanks(env));
  const faults = parsed.success ? findFaults(parsed.data) : parsed.error.issues.map(describeIssue);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return toConfig(parsed.data);
}

/** The settings of `npm run maintain`, which does not need the app's secrets. Throws `ConfigError`. */
export function loadMaintenanceConfig(
  env: Record<string, string | undefined>,
): Pick<Config, 'partitionMonthsAhead' | 'retentionMonths'> {
  const schema = environment.pick({ PARTITION_MONTHS_AHEAD: true, RETENTION_MONTHS: true });
  const parsed = schema.safeParse(withoutBlanks(env));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(describeIssue));
  const { PARTITION_MONTHS_AHEAD, RETENTION_MONTHS } = parsed.data;
  return { partitionMonthsAhead: PARTITION_MONTHS_AHEAD, retentionMonths: RETENTION_MONTHS ?? null };
}

/**
 * The settings of the transparency log alone, for its command: with LOG_SIGNING_KEYS it does not need the
 * app's secrets. Throws `ConfigError`.
 */
export function loadTransparencyConfig(
  env: Record<string, string | undefined>,
): Pick<Config, 'transparency'> {
  const parsed = transparencyEnvironment.safeParse(withoutBlanks(env));
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(describeIssue));
  if (parsed.data.LOG_SIGNING_KEYS === undefined && parsed.data.NODE_ENV === 'production')
    throw new ConfigError(['LOG_SIGNING_KEYS: is not set']);
  return { transparency: toTransparencyConfig(parsed.data) };
}

/** An empty or blank variable counts as not set: JavaScript would read it as the number 0. */
function withoutBlanks(env: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = issue.path.map(String).join('.');
  const missing = issue.code === 'invalid_type' && issue.message.includes('undefined');
  return `${name}: ${missing ? 'is not set' : issue.message}`;
}

function toConfig(env: Environment): Config {
  return {
    production: env.NODE_ENV === 'production',
    port: env.PORT,
    baseUrl: baseUrlOf(env),
    databaseUrl: env.DATABASE_URL,
    databasePoolMax: env.DATABASE_POOL_MAX,
    evidenceRights: env.EVIDENCE_RIGHTS ?? null,
    databaseReplica: {
      url: env.DATABASE_REPLICA_URL ?? null,
      poolMax: env.DATABASE_POOL_MAX,
      waitMs: env.DATABASE_REPLICA_WAIT_MS,
    },
    dataDir: env.DATA_DIR,
    audit: {
      spoolRoot: env.AUDIT_SPOOL_DIR ?? join(env.DATA_DIR, 'audit-spool'),
      spoolFolderByAddress: databaseTag(env.DATABASE_URL),
      spoolMaxBytes: env.AUDIT_SPOOL_MAX_MB * 1_048_576,
      queueEvents: env.AUDIT_QUEUE_MAX_EVENTS,
      batchEvents: env.AUDIT_BATCH_MAX_EVENTS,
      writeTimeoutMs: env.AUDIT_WRITE_TIMEOUT_SECONDS * 1000,
    },
    partitionMonthsAhead: env.PARTITION_MONTHS_AHEAD,
    stamps: {
      authorities: env.TSA_URL ?? [],
      rootsFile: env.TSA_ROOTS_FILE ?? null,
      timeoutSeconds: env.TSA_TIMEOUT_SECONDS,
      toleranceSeconds: env.TSA_TOLERANCE_SECONDS,
    },
    retentionMonths: env.RETENTION_MONTHS ?? null,
    sessionSecret: env.SESSION_SECRET,
    sessionIdleHours: env.SESSION_IDLE_HOURS,
    transparency: toTransparencyConfig(env),
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
    storedCards: { isOn: env.STORED_CARDS, keys: env.STORED_CARD_KEYS },
    seller: {
      name: env.SELLER_NAME,
      address: env.SELLER_ADDRESS,
      phone: env.SELLER_PHONE,
      email: env.SELLER_EMAIL,
      taxOffice: env.SELLER_TAX_OFFICE,
      taxNumber: env.SELLER_TAX_NUMBER,
    },
    taxPercent: env.TAX_PERCENT,
    rateMaxAgeDays: env.RATE_MAX_AGE_DAYS,
    usageStatements: env.USAGE_STATEMENTS === 'on',
    reminderDays: {
      first: env.REMINDER_DAYS,
      last: env.LAST_REMINDER_DAYS === 0 ? null : env.LAST_REMINDER_DAYS,
    },
    tcmb: {
      baseUrl: env.TCMB_BASE_URL,
      timeoutSeconds: TCMB_TIMEOUT_SECONDS,
      always: env.TCMB_FETCH === 'always',
    },
    disputePackage: {
      pagesMax: env.DISPUTE_PDF_PAGES,
      pdfBytesMax: Math.floor(env.DISPUTE_PDF_MB * 1_000_000),
      language: env.DISPUTE_PDF_LANGUAGE,
      colours: env.DISPUTE_PDF_COLOURS,
    },
    complaintDaysAfterAnswer: env.COMPLAINT_DAYS_AFTER_ANSWER,
    complaintDaysAfterRequest: env.COMPLAINT_DAYS_AFTER_REQUEST,
    invoicePrefix: env.INVOICE_PREFIX,
    invoiceIssuer: env.INVOICE_ISSUER,
    invoiceDueDays: env.INVOICE_DUE_DAYS,
    disputeAnswerDays: env.DISPUTE_ANSWER_DAYS,
    disputeKeepMonths: env.DISPUTE_KEEP_MONTHS,
    cardHistory: {
      usesDevices: env.DISPUTE_DEVICE_FINGERPRINT,
      ownNetworks: env.DISPUTE_OWN_NETWORKS,
      newRuleFrom: env.DISPUTE_CE3_NEW_RULE_FROM,
    },
    disputeFees: scaled(env.DISPUTE_FEES, 100),
    disputeTimeCosts: scaled(env.DISPUTE_TIME_COSTS, 100),
    disputeShareLimits: scaled(env.DISPUTE_SHARE_LIMITS, 1 / 100),
    chargebackPrefix: env.CHARGEBACK_PREFIX,
    exhibits: {
      fileBytesMax: env.EXHIBIT_MAX_MB * 1024 * 1024,
      caseBytesMax: env.EXHIBITS_MAX_MB * 1024 * 1024,
    },
    reversalPrefix: env.REVERSAL_PREFIX,
    integrator:
      env.INTEGRATOR_URL === undefined || env.INTEGRATOR_TOKEN === undefined
        ? null
        : {
            url: env.INTEGRATOR_URL,
            token: env.INTEGRATOR_TOKEN,
            timeoutSeconds: env.INTEGRATOR_TIMEOUT_SECONDS,
          },
    legalInvoices: {
      prefix: env.LEGAL_INVOICE_PREFIX,
      seller: { district: env.SELLER_DISTRICT, city: env.SELLER_CITY },
      isExemptAbroad: env.INVOICE_EXEMPT_ABROAD,
      exemption: { code: env.INVOICE_EXEMPTION.slice(0, 3), reason: env.INVOICE_EXEMPTION.slice(4) },
      issuesReturns: env.INVOICE_RETURNS === 'issued',
    },
    workspacePorts: { min: env.WORKSPACE_PORT_MIN, max: env.WORKSPACE_PORT_MAX },
    workspaceRuntime: toRuntimeConfig(env),
    workspaceRestoreDays: env.WORKSPACE_RESTORE_DAYS,
    workspaceIdleStopHours: env.WORKSPACE_IDLE_STOP_HOURS === 0 ? null : env.WORKSPACE_IDLE_STOP_HOURS,
    workspaceDomain: env.WORKSPACE_DOMAIN ?? (env.NODE_ENV === 'production' ? null : 'localhost'),
    workspaceConnectionsMax: env.WORKSPACE_CONNECTIONS_MAX,
    streamDrainMs: env.STREAM_DRAIN_SECONDS * 1000,
    ssh: toSshConfig(env),
    smtpUrl: env.SMTP_URL ?? null,
    smtpPlainPassword: env.SMTP_PLAIN_PASSWORD,
    mailBouncesTo: env.MAIL_BOUNCES_TO ?? null,
    mailFrom: env.MAIL_FROM,
    metricsToken: env.METRICS_TOKEN ?? null,
  };
}

function baseUrlOf(env: Pick<Environment, 'BASE_URL' | 'PORT'>): string {
  return env.BASE_URL ?? `http://localhost:${String(env.PORT)}`;
}

function toTransparencyConfig(env: TransparencyEnvironment): Config['transparency'] {
  const given = env.LOG_SIGNING_KEYS === undefined ? null : readSigningKeys(env.LOG_SIGNING_KEYS);
  return {
    host: env.LOG_HOST ?? new URL(baseUrlOf(env)).host,
    signingKeys: given ?? [signingKeyFromSecret(env.SESSION_SECRET ?? '')],
    publishSeconds: env.LOG_PUBLISH_SECONDS,
    headsFile: env.LOG_HEADS_FILE ?? null,
    witness: toWitness(env),
  };
}

function toWitness(env: TransparencyEnvironment): TransparencyConfig['witness'] {
  if (env.WITNESS_URL === undefined || env.WITNESS_KEY === undefined) return null;
  return { url: env.WITNESS_URL, vkey: env.WITNESS_KEY, timeoutSeconds: WITNESS_TIMEOUT_SECONDS };
}

/** Names a database by its address. */
function databaseTag(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return createHash('sha256').update(`${hostname}:${port}${pathname}`).digest('hex').slice(0, 12);
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
    sandbox: env.WORKSPACE_SANDBOX ?? 'auto',
    network: env.WORKSPACE_NETWORK ?? 'auto',
    deniedNetworks: env.WORKSPACE_DENIED_NETWORKS,
    readable: env.WORKSPACE_READABLE,
    memoryMb: env.WORKSPACE_MEMORY_MB ?? null,
    processesMax: env.WORKSPACE_MAX_PROCESSES ?? null,
    cpuPercent: env.WORKSPACE_CPU_PERCENT ?? null,
    diskMb: env.WORKSPACE_DISK_MB ?? null,
    cgroup: env.WORKSPACE_CGROUP ?? null,
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

/** Whole units as minor ones, per cents as shares. */
function scaled<Name extends string>(
  numbers: Partial<Record<Name, number>>,
  factor: number,
): Partial<Record<Name, number>> {
  const entries = Object.entries<number | undefined>(numbers);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Math.round((value ?? 0) * factor * 1e6) / 1e6]),
  ) as Partial<Record<Name, number>>;
}
