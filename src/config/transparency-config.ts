import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import { environment, type Environment } from './environment.ts';
import { readSigningKeys, signingKeyFromSecret } from './signing-keys.ts';

/** A witness keeps one row for each log and answers at once. */
const WITNESS_TIMEOUT_SECONDS = 15;

/** The settings of the log, which its command can read without the app's secrets. */
export const transparencyEnvironment = environment
  .pick({
    ...{ NODE_ENV: true, BASE_URL: true, PORT: true, LOG_SIGNING_KEYS: true, LOG_HOST: true },
    ...{ LOG_PUBLISH_SECONDS: true, LOG_HEADS_FILE: true, WITNESS_URL: true, WITNESS_KEY: true },
  })
  .extend({ SESSION_SECRET: environment.shape.SESSION_SECRET.optional() });

type TransparencyEnvironment = z.output<typeof transparencyEnvironment>;

export interface TransparencyConfig {
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

export function toTransparencyConfig(env: TransparencyEnvironment): TransparencyConfig {
  const given = env.LOG_SIGNING_KEYS === undefined ? null : readSigningKeys(env.LOG_SIGNING_KEYS);
  return {
    host: env.LOG_HOST ?? new URL(baseUrlOf(env)).host,
    signingKeys: given ?? [signingKeyFromSecret(env.SESSION_SECRET ?? '')],
    publishSeconds: env.LOG_PUBLISH_SECONDS,
    headsFile: env.LOG_HEADS_FILE ?? null,
    witness: toWitness(env),
  };
}

/** Scheme, host and port that browsers use, without a slash at the end. */
export function baseUrlOf(env: Pick<Environment, 'BASE_URL' | 'PORT'>): string {
  return env.BASE_URL ?? `http://localhost:${String(env.PORT)}`;
}

function toWitness(env: TransparencyEnvironment): TransparencyConfig['witness'] {
  if (env.WITNESS_URL === undefined || env.WITNESS_KEY === undefined) return null;
  return { url: env.WITNESS_URL, vkey: env.WITNESS_KEY, timeoutSeconds: WITNESS_TIMEOUT_SECONDS };
}
