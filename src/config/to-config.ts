import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { Environment } from './environment.ts';
import { toRuntimeConfig } from './runtime-config.ts';
import { toSshConfig } from './ssh-config.ts';
import { baseUrlOf, toTransparencyConfig } from './transparency-config.ts';

/** A file of some 10 kB. The job that asks waits for it, and so do the others of the schedule. */
const TCMB_TIMEOUT_SECONDS = 10;

/** The settings that the app uses, from an environment without faults. */
export function toConfig(env: Environment): Config {
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

/** Names a database by its address. */
function databaseTag(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return createHash('sha256').update(`${hostname}:${port}${pathname}`).digest('hex').slice(0, 12);
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
