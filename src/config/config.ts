import type { z } from 'zod';
import type { Currency } from '../currency.ts';
import { findFaults } from './environment-faults.ts';
import { environment } from './environment.ts';
import type { TrustProxy } from './trust-proxy.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import type { SshConfig } from './ssh-config.ts';
import { toConfig } from './to-config.ts';
import {
  toTransparencyConfig,
  transparencyEnvironment,
  type TransparencyConfig,
} from './transparency-config.ts';
import type { SealingKey } from '../sealed-bytes.ts';

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
