import { loadTransparencyConfig, type Config } from '../../src/config/config.ts';
import { loadDevelopmentSecrets } from '../setup/development-secrets.ts';

/**
 * The settings of the log. Outside production its key is made from the secret of the development copy, as
 * `npm start` does it.
 */
export async function loadLogConfig(
  env: Record<string, string | undefined>,
): Promise<Pick<Config, 'transparency'>> {
  if (env['NODE_ENV'] === 'production') return loadTransparencyConfig(env);
  const secrets = await loadDevelopmentSecrets(env['DATA_DIR'] ?? '.data');
  return loadTransparencyConfig({ SESSION_SECRET: secrets.sessionSecret, ...env });
}
