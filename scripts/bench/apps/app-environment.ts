import { generateKeyPairSync, randomBytes } from 'node:crypto';

const secret = (): string => randomBytes(32).toString('base64url');

// All apps of a run share these secrets: a browser that signed in at one process is signed in at the other.
const secrets = { session: secret(), merchantKey: secret(), merchantSalt: secret() };
const signingKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'der' });

/** The store whose notifications the app of the benchmark accepts. */
export const benchStore = {
  merchantId: '123456',
  merchantKey: secrets.merchantKey,
  merchantSalt: secrets.merchantSalt,
};

/**
 * The environment of an app in production, with every default left as it is. `dataDir` is for its own files.
 */
export function appEnvironment(databaseUrl: string, dataDir: string): Record<string, string> {
  return {
    NODE_ENV: 'production',
    WORKSPACE_RUNTIME: 'external',
    PORT: '0',
    BASE_URL: 'https://bench.example.com',
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SESSION_SECRET: secrets.session,
    LOG_SIGNING_KEYS: signingKey.toString('base64'),
    // The browsers of the benchmark come through a proxy, each from a different address.
    TRUST_PROXY: '1',
    PAYTR_MERCHANT_ID: benchStore.merchantId,
    PAYTR_MERCHANT_KEY: benchStore.merchantKey,
    PAYTR_MERCHANT_SALT: benchStore.merchantSalt,
    PAYTR_BASE_URL: 'https://paytr.example.com',
    SELLER_ADDRESS: 'Bench street 1, Istanbul',
    SELLER_PHONE: '+90 212 000 00 01',
    SELLER_EMAIL: 'seller@bench.example.com',
  };
}
