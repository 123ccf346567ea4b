import { z } from 'zod';
import { currencies } from '../currency.ts';
import { databaseAddress } from './database-address.ts';
import { namedNumbers } from './named-numbers.ts';
import { perPlan } from './per-plan.ts';
import { parseSealingKeys } from './sealing-keys.ts';
import { parseNetworks, parseTrustProxy } from './trust-proxy.ts';

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
 * Evidence is kept for 36 months at least: 24 months after the end of a paid period, which may be paid 12
 * months ahead. The database refuses less (`expired_partitions`).
 */
export const RETENTION_MONTHS_MIN = 36;

/**
 * Every environment variable with its meaning, unit and default. Secrets have no default.
 *
 * `npm run build:settings` makes the table in scripts/README.md and `.env.example` from the comments here; a
 * test compares. A line `// --- Title` begins a group. Three tags say what the schema cannot:
 * - `@needed`: production needs it, although the schema alone does not ask for it.
 * - `@otherwise`: what holds when it is not set, if the schema's default does not say so.
 * - `@example`: its value in `.env.example`, if that is not the default.
 */
export const environment = z.object({
  // --- The process
  /**
   * Production starts no embedded database, no sandbox and no demo data.
   * @needed
   * @example production
   */
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Port to listen on. Development takes another one when it is taken. */
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  /**
   * The address that browsers type, https in production, without a slash at the end. Links in mails and
   * PayTR's return pages use it.
   * @needed
   * @otherwise http://localhost:PORT
   * @example https://app.example.com
   */
  BASE_URL: origin.optional(),
  /** How much the log says: JSON lines on stdout. npm start in development uses warn. */
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Folder of the embedded database, the development secrets and the workspaces. */
  DATA_DIR: text.default('.data'),
  /**
   * Proxies whose X-Forwarded-For is trusted: their number, or a comma-separated list of their addresses or
   * CIDR ranges. Too generous a value lets anybody forge the addresses in the evidence.
   * @otherwise nobody
   * @example 10.0.0.0/8
   */
  TRUST_PROXY: text.default('').transform(parseTrustProxy),
  /**
   * Bearer token for /metrics, at least 16 characters. Without it only this machine itself may ask, and
   * nobody where workspaces run on it, since they could ask as well.
   */
  METRICS_TOKEN: text.min(16, 'at least 16 characters').optional(),
  // --- Database
  /**
   * Postgres 15 or newer, as the app's role: it may not update or delete evidence.
   * @otherwise embedded
   * @example postgres://youarecoder_app:...@db.example.com:5432/youarecoder
   */
  DATABASE_URL: databaseAddress,
  /**
   * The same database as the role that owns the tables. npm run migrate uses it, and grants the app's role
   * what it needs. The app itself does not get this address.
   * @otherwise DATABASE_URL
   * @example postgres://youarecoder_owner:...@db.example.com:5432/youarecoder
   */
  MIGRATION_DATABASE_URL: databaseAddress.optional(),
  /**
   * A streaming replica of that database, as the app's role, for exports and the audit viewer: a single
   * server, not a balancer over several. The primary serves the reads that the replica cannot serve.
   * @example postgres://youarecoder_app:...@replica.example.com:5432/youarecoder
   */
  DATABASE_REPLICA_URL: databaseAddress.optional(),
  /** Milliseconds for which an export waits for the replica to catch up. The viewer waits a fifth of it. */
  DATABASE_REPLICA_WAIT_MS: z.coerce.number().int().min(1).max(60_000).default(1000),
  /** Connections per process, and as many to the replica. */
  DATABASE_POOL_MAX: z.coerce.number().int().min(2).max(100).default(10),
  /**
   * Production refuses a role in DATABASE_URL that owns evidence or may change it, since that evidence would
   * prove less. These very words let it start nevertheless, and stand on /readyz: the app may change evidence
   * @otherwise refused
   * @example
   */
  EVIDENCE_RIGHTS: z.literal('the app may change evidence').optional(),
  // --- Audit trail
  /**
   * Folder where events wait while the database cannot take them: on a disk that survives a restart,
   * writable by the app only. Several processes may share it.
   * @otherwise audit-spool in DATA_DIR
   * @example /var/lib/youarecoder/audit-spool
   */
  AUDIT_SPOOL_DIR: text.optional(),
  /** Megabytes that the spool may take for each process. */
  AUDIT_SPOOL_MAX_MB: z.coerce.number().int().min(1).max(1_000_000).default(1024),
  /** Events that may wait in memory; the others go to the spool. */
  AUDIT_QUEUE_MAX_EVENTS: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  /** Events in one statement. */
  AUDIT_BATCH_MAX_EVENTS: z.coerce.number().int().min(1).max(10_000).default(1000),
  /** Seconds without an answer of the database after which its events go to the spool. */
  AUDIT_WRITE_TIMEOUT_SECONDS: z.coerce.number().min(0.05).max(60).default(5),
  /** Months to come for which audit_logs and workspace_sessions have a partition ready. */
  PARTITION_MONTHS_AHEAD: z.coerce.number().int().min(1).max(24).default(3),
  /**
   * Months after which whole months of audit_logs and workspace_sessions are dropped, at least 36: 24 months
   * after the end of a paid period, which may be paid 12 months ahead. A company with an open hold keeps its
   * months.
   * @otherwise never
   */
  RETENTION_MONTHS: z.coerce
    .number()
    .int()
    .min(RETENTION_MONTHS_MIN, `evidence is kept for ${String(RETENTION_MONTHS_MIN)} months at least`)
    .max(1200)
    .optional(),
  // --- The log of the evidence (src/transparency/README.md)
  /**
   * Ed25519 keys that sign the log's checkpoints, each as base64 of PKCS #8, newest first and separated by
   * commas: npm run log -- new-key prints one. With two, each checkpoint bears both signatures, as a change
   * of keys needs it.
   * @needed
   * @otherwise made from SESSION_SECRET outside production
   */
  LOG_SIGNING_KEYS: text.optional(),
  /**
   * The host that names the logs in their checkpoints. Never change it: for everybody who holds a checkpoint
   * the logs would begin anew.
   * @otherwise the host of BASE_URL
   */
  LOG_HOST: z
    .string()
    .regex(/^[a-z0-9.:-]+$/, 'is no host name')
    .optional(),
  /** Seconds between two checkpoints of a log. A download publishes one at once. */
  LOG_PUBLISH_SECONDS: z.coerce.number().int().min(1).max(86_400).default(300),
  /**
   * File to which the newest checkpoint of the platform's log is added after each round, on a disk or share
   * that does not go back with a backup of the database. A last line that does not fit the log here stops the
   * publishing.
   * @otherwise none
   * @example /mnt/elsewhere/youarecoder-heads
   */
  LOG_HEADS_FILE: text.optional(),
  /**
   * A witness (C2SP tlog-witness) that cosigns the platform's log: its submission prefix.
   * @example https://witness.example.com
   */
  WITNESS_URL: origin.optional(),
  /**
   * The public key of that witness, as it publishes it (a vkey of type 4).
   * @example witness.example.com+...
   */
  WITNESS_KEY: text.regex(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/, 'is no vkey').optional(),
  /**
   * Time stamp authorities (RFC 3161), tried in turn: addresses with a blank between them, each with user and
   * password if it asks for them. Without one nothing is stamped.
   * @example https://tsa.example.com/rfc3161
   */
  TSA_URL: text
    .transform((value) => value.split(/\s+/))
    .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1))
    .optional(),
  /**
   * PEM file with the root certificates of those authorities, got from themselves on another way. A stamp
   * counts only when its chain ends at one of them.
   * @otherwise nothing is stamped
   * @example /etc/youarecoder/tsa-roots.pem
   */
  TSA_ROOTS_FILE: text.optional(),
  /** Seconds to wait for an authority's answer. */
  TSA_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(60).default(15),
  /** Seconds by which the time of a stamp may differ from the time here. */
  TSA_TOLERANCE_SECONDS: z.coerce.number().min(1).max(3600).default(120),
  // --- Browser sessions
  /** At least 32 random characters, for example from: openssl rand -base64 48 */
  SESSION_SECRET: text,
  /** Hours without a request after which a person must sign in again. */
  SESSION_IDLE_HOURS: z.coerce.number().min(0.1).max(720).default(12),
  // --- PayTR (panel: Destek & Kurulum > Entegrasyon Bilgileri)
  /**
   * Mağaza No, digits only.
   * @otherwise sandbox
   */
  PAYTR_MERCHANT_ID: text.regex(/^\d{1,20}$/, 'digits only'),
  /**
   * Mağaza Parola: the key of every signature.
   * @otherwise sandbox
   */
  PAYTR_MERCHANT_KEY: text.min(8, 'at least 8 characters'),
  /**
   * Mağaza Gizli Anahtar.
   * @otherwise sandbox
   */
  PAYTR_MERCHANT_SALT: text.min(8, 'at least 8 characters'),
  /** PayTR's address. In development npm start runs a sandbox of its own when this is not set. */
  PAYTR_BASE_URL: origin.default('https://www.paytr.com'),
  /**
   * 1 asks for test payments. Production never honours them: set it only for the test that PayTR wants
   * before going live.
   * @otherwise 0
   * @example 0
   */
  PAYTR_TEST_MODE: flag.default(false),
  /** Seconds to wait for PayTR's answer. */
  PAYTR_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(60).default(20),
  /** Currencies on offer; the first is the default. PayTR must have enabled USD and EUR for your store. */
  PAYTR_CURRENCIES: text
    .default('TRY,USD,EUR')
    .transform((value) => value.split(','))
    .pipe(z.array(z.enum(currencies)).min(1)),
  /**
   * Development only: the public address that PayTR gets in place of a private one, which it refuses.
   * @example 203.0.113.10
   */
  PAYTR_USER_IP_OVERRIDE: z.union([z.ipv4(), z.ipv6()]).optional(),
  /**
   * 1 lets a buyer have PayTR keep the card, and charges later months to it: see src/billing/README.md. PayTR
   * must have enabled the Direct API, stored cards, recurring and non-3D payments for your store.
   * @otherwise 0
   * @example 0
   */
  STORED_CARDS: flag.default(false),
  /**
   * Keys that seal PayTR's tokens of stored cards: id:key, with a comma between them, the newest first. A key
   * is made by: openssl rand -base64 32. The newest seals; the others open what they sealed, and can go once
   * scheduled work has sealed everything anew. Keep them when you switch STORED_CARDS off: cards that are
   * kept at PayTR are taken away by them.
   * @otherwise none
   */
  STORED_CARD_KEYS: text.default('').transform(parseSealingKeys),
  // --- Prices and exchange rates
  /**
   * Days after which a bulletin of the Turkish central bank is too old to make prices from; then the currency
   * is not on offer. A religious holiday between two weekends is nine days long.
   */
  RATE_MAX_AGE_DAYS: z.coerce.number().int().min(1).max(60).default(10),
  /** The address of the Turkish central bank's files. In development npm start has a stand-in. */
  TCMB_BASE_URL: origin.default('https://www.tcmb.gov.tr'),
  /**
   * When rates are fetched. needed: while a price list converts prices, now or later, or another currency
   * than the lira is on offer, for what its receipts are worth in liras. always: also without.
   */
  TCMB_FETCH: z.enum(['needed', 'always']).default('needed'),
  // --- The life of a subscription
  /**
   * Days before the end of a trial or of paid time at which the admins get a reminder, and the next month is
   * asked for. A mail seven days before is the rule; the eighth is for a day on which scheduled work is down.
   */
  REMINDER_DAYS: z.coerce.number().int().min(7).max(13).default(8),
  /** Days before the end at which a second reminder goes out; 0: there is none. */
  LAST_REMINDER_DAYS: z.coerce.number().int().min(0).max(6).default(1),
  /** `off`: no company gets the monthly mail of what it used and paid, with its links. */
  USAGE_STATEMENTS: z.enum(['on', 'off']).default('on'),
  // --- Invoices: the seller
  /** Name on invoices and beside the legal texts. */
  SELLER_NAME: text.max(120).default('YouAreCoder'),
  /**
   * Postal address, in the same places. Also stands in for a buyer who gave none, since PayTR refuses an
   * order without.
   * @needed
   * @otherwise
   * @example
   */
  SELLER_ADDRESS: text.min(5).max(400).default(sellerPlaceholders.SELLER_ADDRESS),
  /**
   * Telephone, in the same places and for the same buyers.
   * @needed
   * @otherwise
   * @example
   */
  SELLER_PHONE: text.regex(/^\+?[\d ]{7,20}$/, 'a phone number').default(sellerPlaceholders.SELLER_PHONE),
  /**
   * E-mail address, in the same places.
   * @needed
   * @otherwise
   * @example
   */
  SELLER_EMAIL: z.email().default(sellerPlaceholders.SELLER_EMAIL),
  /** Tax office, on invoices. */
  SELLER_TAX_OFFICE: text.max(80).default(''),
  /** Tax number, on invoices. */
  SELLER_TAX_NUMBER: text.max(20).default(''),
  /** Value added tax inside the prices, in percent. */
  TAX_PERCENT: z.coerce.number().min(0).max(100).default(20),
  /** District of the seller, on legal invoices that the product writes. */
  SELLER_DISTRICT: text.max(80).default(''),
  /** City of the seller, on legal invoices that the product writes. */
  SELLER_CITY: text.max(80).default(''),
  /**
   * Who issues the legal invoices: see src/billing/README.md. none: somebody does it elsewhere, and operators
   * enter its number. own: what the product prints is the legal invoice, and says so; ask an accountant
   * first. export: the product numbers them and writes them as UBL-TR for an accountant or integrator, who
   * signs and sends them. integrator: the product sends them to INTEGRATOR_URL.
   */
  INVOICE_ISSUER: z.enum(['none', 'own', 'export', 'integrator']).default('none'),
  /** Address of the integrator's adapter: see src/billing/integrator/README.md. */
  INTEGRATOR_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** Key that the adapter asks for. */
  INTEGRATOR_TOKEN: text.min(16, 'at least 16 characters').optional(),
  /** Seconds to wait for the adapter's answer; after that the invoice is asked about. */
  INTEGRATOR_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(60).default(20),
  /**
   * Three capital letters or digits before the year and number of a legal invoice that the product numbers.
   */
  LEGAL_INVOICE_PREFIX: text.regex(/^[A-Z0-9]{3}$/, 'three capital letters or digits').default('YCF'),
  /** 1: a sale to a buyer abroad is exempt (ISTISNA). Ask an accountant: it was not confirmed. */
  INVOICE_EXEMPT_ABROAD: flag.default(false),
  /** Code of the exemption (UBL-TR code list) and its words, as an exempt invoice states them. */
  INVOICE_EXEMPTION: text
    .regex(/^\d{3} .{3,100}$/, 'a code of three digits and its words')
    .default('302 11/1-a Hizmet ihracatı'),
  /**
   * How the return of a refund gets its paper. entered: an operator enters what was issued elsewhere. issued:
   * as a sale gets it, of type IADE. Ask an accountant: it was not confirmed.
   */
  INVOICE_RETURNS: z.enum(['entered', 'issued']).default('entered'),
  /** Days after a payment in which its legal invoice is due. Ask an accountant: it was not confirmed. */
  INVOICE_DUE_DAYS: z.coerce.number().int().min(0).max(60).default(7),
  /** Three capital letters or digits before the year and number of a receipt. */
  INVOICE_PREFIX: text.regex(/^[A-Z0-9]{3}$/, 'three capital letters or digits').default('YAC'),
  /** The same before the year and number of a reversal: another one, for a series of its own. */
  REVERSAL_PREFIX: text.regex(/^[A-Z0-9]{3}$/, 'three capital letters or digits').default('YAR'),
  /** The same before the year and number of what a bank took or gave again in a dispute. */
  CHARGEBACK_PREFIX: text.regex(/^[A-Z0-9]{3}$/, 'three capital letters or digits').default('YAT'),
  // --- Disputes (src/disputes/README.md)
  /**
   * Days after a notice in which its answer is due, when the notice gives no day. PayTR's own number was not
   * confirmed: take it from the notice.
   */
  DISPUTE_ANSWER_DAYS: z.coerce.number().int().min(1).max(60).default(7),
  /**
   * Months after the end of a case for which the evidence of its company stays on hold. Cardholders have 540
   * days at most.
   */
  DISPUTE_KEEP_MONTHS: z.coerce.number().int().min(18).max(120).default(24),
  /** Megabytes that one exhibit of a case may have when it is uploaded. */
  EXHIBIT_MAX_MB: z.coerce.number().int().min(1).max(20).default(5),
  /** Megabytes that all exhibits of a case may have together. */
  EXHIBITS_MAX_MB: z.coerce.number().int().min(1).max(200).default(40),
  /**
   * 1 lets fingerprints of devices count in the history of a card (Visa Compelling Evidence 3.0), and the
   * privacy notice says so. The product itself measures no device and stores no fingerprint: address and
   * login are enough.
   * @otherwise 0
   * @example 0
   */
  DISPUTE_DEVICE_FINGERPRINT: flag.default(false),
  /**
   * Networks of ours, such as proxies and data centres, as addresses or CIDR ranges with commas between them:
   * an order from there shows no address of the customer.
   * @otherwise none
   * @example 198.51.100.0/24
   */
  DISPUTE_OWN_NETWORKS: text.default('').transform(parseNetworks),
  /**
   * The day of processing from which Visa's newer rule of Compelling Evidence 3.0 counts. Visa's own text was
   * read in a paraphrase only.
   */
  DISPUTE_CE3_NEW_RULE_FROM: z.iso.date().default('2026-10-24'),
  /**
   * The most pages of the PDF that answers a dispute. 19 is the least that a card network is known to take;
   * what PayTR takes was not confirmed.
   */
  DISPUTE_PDF_PAGES: z.coerce.number().int().min(5).max(500).default(19),
  /** Its most megabytes. 2 is the least known; what PayTR takes was not confirmed. */
  DISPUTE_PDF_MB: z.coerce.number().min(0.2).max(50).default(2),
  /** Its language: tr with an English summary, or en. Which ones PayTR takes was not confirmed. */
  DISPUTE_PDF_LANGUAGE: z.enum(['tr', 'en']).default('tr'),
  /** Whether pictures in it may have colours. grey: a package with a coloured one is refused. */
  DISPUTE_PDF_COLOURS: z.enum(['any', 'grey']).default('any'),
  /**
   * What PayTR keeps for each dispute, in whole units of a currency. Not confirmed: ask PayTR.
   * @otherwise unknown
   * @example TRY=500,USD=15,EUR=15
   */
  DISPUTE_FEES: namedNumbers(currencies).default({}),
  /**
   * What the time for one answer costs, in whole units of a currency.
   * @otherwise unknown
   * @example TRY=750,USD=20,EUR=18
   */
  DISPUTE_TIME_COSTS: namedNumbers(currencies).default({}),
  /**
   * Per cent of a month's payments that a network lets be disputed before it steps in. Not confirmed: ask
   * PayTR which programmes hold for the store.
   * @otherwise no limit is shown
   * @example visa=1.5,mastercard=1.5
   */
  DISPUTE_SHARE_LIMITS: namedNumbers(['visa', 'mastercard', 'amex', 'troy', 'other']).default({}),
  // --- Requests about personal data
  /** Days after the answer in which a person may complain to the Board (KVKK art. 14), as letters say. */
  COMPLAINT_DAYS_AFTER_ANSWER: z.coerce.number().int().min(1).max(365).default(30),
  /** The most days after the request in which a person may complain, as letters say. */
  COMPLAINT_DAYS_AFTER_REQUEST: z.coerce.number().int().min(1).max(365).default(60),
  // --- Workspaces
  /** Lowest port that is given to a workspace. */
  WORKSPACE_PORT_MIN: z.coerce.number().int().min(1024).max(65535).default(20000),
  /** Highest port that is given to a workspace. */
  WORKSPACE_PORT_MAX: z.coerce.number().int().min(1024).max(65535).default(29999),
  /**
   * process: the app runs one process for each workspace. external: they run elsewhere, and the app only
   * authorises and measures.
   */
  WORKSPACE_RUNTIME: z.enum(['process', 'external']).default('process'),
  /**
   * The program of a workspace. No shell reads it; quotes keep blanks. {folder} is its folder, {name} its
   * name, and one of {socket} (a Unix socket that only this workspace reaches: prefer it) and {port}. Not
   * needed with WORKSPACE_RUNTIME=external.
   * @needed
   * @otherwise stand-in
   * @example /usr/bin/code-server --auth none --socket {socket} {folder}
   */
  WORKSPACE_COMMAND: text.optional(),
  /**
   * Workspace N runs as the user with this number plus N; the app must be root for it. Without it workspaces
   * run as the app's user, and each can read what the others and the app can. Production as root refuses to
   * start without it.
   * @example 200000
   */
  WORKSPACE_UID: z.coerce.number().int().min(1000).max(2_000_000_000).optional(),
  /**
   * The one group of all workspaces.
   * @otherwise number of the user
   */
  WORKSPACE_GID: z.coerce.number().int().min(1).max(2_000_000_000).optional(),
  /**
   * bubblewrap: each workspace in a sandbox of its own, by Debian's bubblewrap 0.8 or newer. none: workspaces
   * see each other's /tmp, processes and ports. Production as root refuses to start where bubblewrap does not
   * work, unless this very word is set; /readyz and the operators' page then say so.
   * @otherwise bubblewrap where it works
   */
  WORKSPACE_SANDBOX: z.enum(['bubblewrap', 'none']).optional(),
  /**
   * own: each sandbox has a network of its own, with a way out to the internet by Debian's passt and
   * nftables; only then are servers on ports inside reached. none: it has none. shared: that of the machine,
   * with the ports on its loopback address.
   * @otherwise own where it works in a sandbox, else none
   */
  WORKSPACE_NETWORK: z.enum(['own', 'none', 'shared']).optional(),
  /**
   * Addresses or CIDR ranges, with commas between them, that a workspace with a network of its own does not
   * reach. All addresses of this machine are denied as well.
   */
  WORKSPACE_DENIED_NETWORKS: text
    .default(
      '0.0.0.0/8,10.0.0.0/8,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,172.16.0.0/12,192.0.0.0/24,192.168.0.0/16,198.18.0.0/15,224.0.0.0/3',
    )
    .transform(parseNetworks),
  /**
   * Folders that programs in a sandbox may read beside /usr and /etc, with commas between them, such as the
   * one of an editor that is not a package of the system.
   */
  WORKSPACE_READABLE: text
    .default('/opt')
    .transform((value) => value.split(',').map((path) => path.trim()))
    .pipe(z.array(z.string().regex(/^\/[^,]*$/, 'is no absolute path'))),
  /**
   * The control group (cgroup v2) that was delegated to the app with memory, pids and cpu, and in which no
   * process is, such as that of scripts/systemd/youarecoder-workspaces.service. Each workspace gets a group
   * of its own in it, and the four limits below hold for all its programs together.
   * @otherwise limits hold for each process, and none for the processor
   * @example /sys/fs/cgroup/system.slice/youarecoder-workspaces.service
   */
  WORKSPACE_CGROUP: z
    .string()
    .regex(/^\/sys\/fs\/cgroup\/\S+$/, 'is no folder in /sys/fs/cgroup')
    .optional(),
  /**
   * Megabytes of memory of each workspace: one number, or numbers by plan (trial, starter, team, enterprise;
   * one without a name is for the others). Without WORKSPACE_CGROUP of the data of each process; by prlimit,
   * where there is one.
   * @otherwise no limit
   * @example 2048,team=4096,enterprise=8192
   */
  WORKSPACE_MEMORY_MB: perPlan({ min: 16, max: 1_000_000 }).optional(),
  /**
   * Processes and threads of each workspace, as one number or by plan. Without WORKSPACE_CGROUP it needs
   * WORKSPACE_UID; by prlimit, where there is one.
   * @otherwise no limit
   * @example 512
   */
  WORKSPACE_MAX_PROCESSES: perPlan({ min: 1, max: 1_000_000 }).optional(),
  /**
   * Per cent of a processor that each workspace may take, as one number or by plan: 200 is two processors.
   * Beyond it the workspace is slowed down. Needs WORKSPACE_CGROUP.
   * @otherwise no limit, and all share alike where they are in groups
   * @example 100,team=200,enterprise=400
   */
  WORKSPACE_CPU_PERCENT: perPlan({ min: 1, max: 100_000 }).optional(),
  /**
   * Megabytes of disk of each workspace, its /tmp included, as one number or by plan. Where DATA_DIR lies on
   * ext4 or xfs with project quotas, writes beyond it fail. Elsewhere it is measured while it runs; one that
   * takes more is stopped, and nothing of it is lost.
   * @otherwise no limit
   * @example 20000
   */
  WORKSPACE_DISK_MB: perPlan({ min: 1, max: 100_000_000 }).optional(),
  /**
   * Where scripts/systemd/youarecoder-quota.socket listens, which sets project quotas for an app that lacks
   * the right to (CAP_SYS_ADMIN).
   * @otherwise the app sets them
   * @example /run/youarecoder-quota.sock
   */
  WORKSPACE_QUOTA_SOCKET: z.string().regex(/^\//, 'is no absolute path').optional(),
  /** Seconds after which a program that does not listen yet has failed to start. */
  WORKSPACE_START_SECONDS: z.coerce.number().min(1).max(600).default(30),
  /**
   * Hours without active use after which a program is stopped; a tab that is merely open is no use. 0:
   * never.
   */
  WORKSPACE_IDLE_STOP_HOURS: z.coerce.number().min(0).max(8760).default(12),
  /** Days for which a deleted workspace can be restored; then its folder is destroyed. */
  WORKSPACE_RESTORE_DAYS: z.coerce.number().int().min(0).max(365).default(7),
  /**
   * Requests and WebSockets to workspaces that one person may have open at a time, in each process; the
   * answer is 429 beyond.
   */
  WORKSPACE_CONNECTIONS_MAX: z.coerce.number().int().min(1).max(1_000_000).default(500),
  /**
   * Seconds after SIGTERM for which answers of workspaces are waited for; an event stream has no end and is
   * cut then.
   */
  STREAM_DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(4),
  /**
   * Workspaces are reached at {name}-{company}.{WORKSPACE_DOMAIN}: a wildcard record and certificate. A
   * domain of its own, never one that the app lies under. Without it they have no address in a browser.
   * @otherwise localhost in development
   * @example workspaces.example.net
   */
  WORKSPACE_DOMAIN: text
    .toLowerCase()
    .regex(
      /^(?=.{1,189}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
      'a domain name',
    )
    .optional(),
  // --- SSH
  /**
   * Folder of the two sockets at which sshd's commands ask the app (src/workspace/README.md, "By SSH");
   * absolute. Without it nobody comes in by SSH. Its folders keys and sessions must be the app's and closed
   * to others (0710 or less).
   * @otherwise off
   * @example /run/youarecoder-ssh
   */
  SSH_SOCKETS: text.startsWith('/', 'an absolute path').optional(),
  /**
   * How sshd's user starts the session command; by sudo when WORKSPACE_UID is set.
   * @otherwise ssh-session.mjs of this code
   */
  SSH_SESSION_COMMAND: text.optional(),
  /**
   * Host that people connect to, as a workspace's page shows it.
   * @otherwise host of BASE_URL
   * @example ssh.example.com
   */
  SSH_HOST: text.regex(/^[A-Za-z0-9.:-]{1,253}$/, 'a host name').optional(),
  /** Port that people connect to. */
  SSH_PORT: z.coerce.number().int().min(1).max(65535).default(22),
  /** User that people connect as. */
  SSH_USER: text.regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user').default('workspace'),
  // --- Mail
  /**
   * smtp:// or smtps:// with user and password. Without it mails stay in the outbox, and an invitation shows
   * its link to the admin who made it.
   * @example smtps://user:password@mail.example.com
   */
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  /**
   * 1: the password of an smtp:// address may go over a connection without TLS, to a mail server on this
   * machine. Without it such a connection is refused.
   */
  SMTP_PLAIN_PASSWORD: flag.default(false),
  /** Sender of mails. */
  MAIL_FROM: text.default('YouAreCoder <no-reply@example.com>'),
  /**
   * Address to which bounces and delivery reports come; its mails go to `npm run mail:bounce`.
   * @otherwise the address of MAIL_FROM, without reports of delivery
   * @example bounces@example.com
   */
  MAIL_BOUNCES_TO: z.email().optional(),
});

/** The environment after parsing. */
export type Environment = z.output<typeof environment>;
