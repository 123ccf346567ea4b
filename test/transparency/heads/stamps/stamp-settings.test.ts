import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/config/config.ts';

describe('the settings of time stamps', () => {
  const env = {
    ...{ DATABASE_URL: 'postgres://a@b/c', SESSION_SECRET: 'x'.repeat(32) },
    ...{ PAYTR_MERCHANT_ID: '1', PAYTR_MERCHANT_KEY: 'kkkkkkkk', PAYTR_MERCHANT_SALT: 'kkkkkkkk' },
  };

  it('take several authorities, and none without pinned roots', () => {
    const both = { TSA_URL: 'https://a.example/tsa  https://u:p@b.example', TSA_ROOTS_FILE: '/roots.pem' };
    expect(loadConfig({ ...env, ...both }).stamps.authorities).toEqual([
      ...['https://a.example/tsa', 'https://u:p@b.example'],
    ]);
    expect(() => loadConfig({ ...env, TSA_URL: both.TSA_URL })).toThrow('TSA_ROOTS_FILE: is not set');
    expect(() => loadConfig({ ...env, ...both, TSA_URL: 'ftp://a.example' })).toThrow('TSA_URL');
  });
});
