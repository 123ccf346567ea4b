import { join } from 'node:path';
import { sellerPlaceholders, type Environment } from './environment.ts';
import { taxNumberKind } from '../tax-number.ts';
import { parseCommand } from './command-template.ts';
import { readSigningKeys } from './signing-keys.ts';
import { foldersOf, SOCKET_PATH_MAX, sshSocketPaths } from './data-folders.ts';

/** The number of workspaces that can be created before a path grows by another digit. */
const WORKSPACE_ID_LIKELY = 999_999;

/**
 * Faults beyond the schema: variables that do not fit together, and settings that production must not start
 * with.
 */
export function findFaults(env: Environment): string[] {
  const faults: string[] = [];
  faults.push(...findRuntimeFaults(env));
  faults.push(...findPathFaults(env));
  if (env.WORKSPACE_PORT_MIN > env.WORKSPACE_PORT_MAX) {
    faults.push('WORKSPACE_PORT_MIN: is above WORKSPACE_PORT_MAX');
  }
  if (env.REVERSAL_PREFIX === env.INVOICE_PREFIX)
    faults.push('REVERSAL_PREFIX: is the same as INVOICE_PREFIX, so two documents would have one number');
  if (env.SSH_SOCKETS !== undefined && env.WORKSPACE_RUNTIME === 'external')
    faults.push('SSH_SOCKETS: workspaces that run elsewhere have no folder here to open a shell in');
  if ((env.WITNESS_URL === undefined) !== (env.WITNESS_KEY === undefined))
    faults.push('WITNESS_KEY: goes with WITNESS_URL, and one of them is not set');
  if (env.TSA_URL !== undefined && env.TSA_ROOTS_FILE === undefined)
    faults.push('TSA_ROOTS_FILE: is not set, and no answer of TSA_URL could be verified without');
  if (env.LOG_SIGNING_KEYS !== undefined && readSigningKeys(env.LOG_SIGNING_KEYS) === null)
    faults.push('LOG_SIGNING_KEYS: is no list of Ed25519 keys as npm run log -- new-key prints them');
  if (env.SESSION_SECRET.length < 32) faults.push('SESSION_SECRET: needs at least 32 characters');
  if (['export', 'integrator'].includes(env.INVOICE_ISSUER)) faults.push(...findInvoiceFaults(env));
  if (env.STORED_CARDS && env.STORED_CARD_KEYS.length === 0)
    faults.push('STORED_CARD_KEYS: is not set, and STORED_CARDS=1 needs it');
  if (env.NODE_ENV === 'production') faults.push(...findProductionFaults(env));
  return faults;
}

/** A legal invoice that the product writes needs a whole seller, and numbers that no receipt has. */
function findInvoiceFaults(env: Environment): string[] {
  const faults: string[] = [];
  for (const name of ['SELLER_DISTRICT', 'SELLER_CITY'] as const)
    if (env[name] === '')
      faults.push(`${name}: is not set, and INVOICE_ISSUER=${env.INVOICE_ISSUER} needs it`);
  if (env.INVOICE_ISSUER === 'integrator')
    for (const name of ['INTEGRATOR_URL', 'INTEGRATOR_TOKEN'] as const)
      if (env[name] === undefined) faults.push(`${name}: is not set, and INVOICE_ISSUER=integrator needs it`);
  if (taxNumberKind(env.SELLER_TAX_NUMBER) === null)
    faults.push('SELLER_TAX_NUMBER: is no Turkish tax number, and legal invoices bear it');
  if (env.LEGAL_INVOICE_PREFIX === env.INVOICE_PREFIX)
    faults.push('LEGAL_INVOICE_PREFIX: is that of receipts (INVOICE_PREFIX)');
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

/** A workspace's socket lies in DATA_DIR, and the address of a socket is limited to about a hundred bytes. */
function findPathFaults(env: Environment): string[] {
  const faults: string[] = [];
  const check = (name: string, path: string): void => {
    const excess = Buffer.byteLength(path) - SOCKET_PATH_MAX;
    if (excess > 0) faults.push(`${name}: is ${String(excess)} bytes too long for the sockets in it`);
  };
  if (env.WORKSPACE_RUNTIME === 'process' && env.WORKSPACE_COMMAND?.includes('{socket}') === true)
    check('DATA_DIR', foldersOf(join(env.DATA_DIR, 'workspaces'), WORKSPACE_ID_LIKELY).socketPath);
  if (env.SSH_SOCKETS !== undefined) check('SSH_SOCKETS', sshSocketPaths(env.SSH_SOCKETS).sessions);
  return faults;
}

function findProductionFaults(env: Environment): string[] {
  const faults: string[] = [];
  for (const name of [
    'SESSION_SECRET',
    'PAYTR_MERCHANT_KEY',
    'PAYTR_MERCHANT_SALT',
    'METRICS_TOKEN',
    'INTEGRATOR_TOKEN',
  ] as const) {
    const value = env[name];
    if (value !== undefined && isWeakSecret(value)) faults.push(`${name}: is a weak or well-known value`);
  }
  if (env.LOG_SIGNING_KEYS === undefined) faults.push('LOG_SIGNING_KEYS: is not set');
  if (env.BASE_URL === undefined) faults.push('BASE_URL: is not set');
  else if (!env.BASE_URL.startsWith('https://')) faults.push('BASE_URL: must be https in production');
  if (isUnder(env.BASE_URL, env.WORKSPACE_DOMAIN)) {
    faults.push(
      'WORKSPACE_DOMAIN: the app itself lies under it, where a workspace could set cookies for the app',
    );
  }
  if (!env.PAYTR_BASE_URL.startsWith('https://')) faults.push('PAYTR_BASE_URL: must be https in production');
  // Whoever could change a rate on its way would set our prices.
  if (!env.TCMB_BASE_URL.startsWith('https://')) faults.push('TCMB_BASE_URL: must be https in production');
  if (env.INTEGRATOR_URL?.startsWith('https://') === false)
    faults.push('INTEGRATOR_URL: must be https in production');
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
  // A host with a dot at its end is the same host.
  return `.${new URL(baseUrl).hostname.replace(/\.$/, '')}`.endsWith(`.${domain}`);
}

/** A secret is weak when it contains a word of a sample file or fewer than 8 different characters. */
function isWeakSecret(value: string): boolean {
  const looksCopied = /change|secret|example|password|default|development|sandbox|test|1234|abcd/i.test(
    value,
  );
  return looksCopied || new Set(value).size < 8;
}
