import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadMaintenanceConfig, type Config } from '../../src/config/config.ts';
import { environment } from '../../src/config/environment.ts';
import { newSigningKey } from '../support/programs/signing-key.ts';

const good = {
  NODE_ENV: 'production',
  WORKSPACE_RUNTIME: 'external',
  BASE_URL: 'https://app.example.com',
  DATABASE_URL: 'postgres://app@db.example.com/youarecoder',
  SESSION_SECRET: 'Zk3vQ9xLr7Wm2Yt8Pb5Nc6Hd1Fg4Js0AuEi',
  PAYTR_MERCHANT_ID: '424242',
  PAYTR_MERCHANT_KEY: 'Qw8eRt5yUi2oPa7s',
  PAYTR_MERCHANT_SALT: 'Zx9cVb6nMl3kJh1g',
  SELLER_ADDRESS: 'A street 1, Ankara',
  LOG_SIGNING_KEYS: newSigningKey(),
  SELLER_PHONE: '+90 312 000 00 01',
  SELLER_EMAIL: 'billing@example.com',
};

/** The configuration, or the faults for which there is none. */
function readOf(env: Record<string, string | undefined>): Config | string[] {
  try {
    return loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults;
  }
}

function faultsOf(env: Record<string, string | undefined>): string[] {
  const read = readOf(env);
  return Array.isArray(read) ? read : [];
}

describe('the configuration', () => {
  it('is accepted in production when every secret is set and strong', () => {
    expect(faultsOf(good)).toEqual([]);
  });

  it('lists every fault at once and never prints a secret’s value', () => {
    const faults = faultsOf({
      NODE_ENV: 'production',
      SESSION_SECRET: 'hunter2',
      PORT: 'eighty',
      PAYTR_MERCHANT_ID: 'x',
    });
    const named = faults.map((fault) => fault.split(':')[0]);
    expect(named).toEqual(
      expect.arrayContaining([
        'DATABASE_URL',
        'PORT',
        'PAYTR_MERCHANT_ID',
        'PAYTR_MERCHANT_KEY',
        'PAYTR_MERCHANT_SALT',
      ]),
    );
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  it.each(['SESSION_SECRET', 'PAYTR_MERCHANT_KEY', 'PAYTR_MERCHANT_SALT'])(
    'refuses production without %s or with a weak one',
    (name) => {
      expect(faultsOf({ ...good, [name]: undefined }).join()).toContain(name);
      expect(faultsOf({ ...good, [name]: '' }).join()).toContain(name);
      expect(faultsOf({ ...good, [name]: 'changeme-changeme-changeme-changeme-1' }).join()).toContain(name);
      expect(faultsOf({ ...good, [name]: 'a'.repeat(64) }).join()).toContain(name);
    },
  );

  it.each([
    ['BASE_URL', 'http://app.example.com'],
    ['PAYTR_BASE_URL', 'http://www.paytr.com'],
    ['PAYTR_USER_IP_OVERRIDE', '203.0.113.10'],
    ['SELLER_ADDRESS', undefined],
    ['METRICS_TOKEN', 'test-test-test-test'],
    ['SSH_SOCKETS', '/run/youarecoder-ssh'],
  ])('refuses %s = %s in production', (name, value) => {
    expect(faultsOf({ ...good, [name]: value }).join()).toContain(name);
  });

  it('reads the networks that are ours, and refuses what is none', () => {
    const networks = '198.51.100.0/24, 2001:db8::1';
    expect(loadConfig({ ...good, DISPUTE_OWN_NETWORKS: networks }).cardHistory).toEqual({
      usesDevices: false,
      ownNetworks: ['198.51.100.0/24', '2001:db8::1'],
      newRuleFrom: '2026-10-24',
    });
    for (const wrong of ['loopback', '10.0.0.0/33', 'x'])
      expect(faultsOf({ ...good, DISPUTE_OWN_NETWORKS: wrong }).join()).toContain('DISPUTE_OWN_NETWORKS');
  });

  it.each([
    ['', false],
    ['0', false],
    ['1', 1],
    ['2', 2],
    ['10.0.0.0/8, 2001:db8::/32', ['10.0.0.0/8', '2001:db8::/32']],
    ['127.0.0.1', ['127.0.0.1']],
    ['loopback', ['loopback']],
  ])('reads TRUST_PROXY %j as %j', (text, expected) => {
    expect(loadConfig({ ...good, TRUST_PROXY: text }).trustProxy).toEqual(expected);
  });

  it.each(['true', 'all', '10.0.0.0/33', '10.0.0/8', '*', '-1', '203.0.113.7:80'])(
    'refuses TRUST_PROXY %j',
    (text) => {
      expect(faultsOf({ ...good, TRUST_PROXY: text }).join()).toContain('TRUST_PROXY');
    },
  );

  describe('STORED_CARD_KEYS', () => {
    const bytes = (fill: number): string =>
      Buffer.from(Array.from({ length: 32 }, (_, index) => (index * 7 + fill) % 256)).toString('base64');

    it('are read newest first, and needed only with STORED_CARDS=1', () => {
      const env = { ...good, STORED_CARDS: '1', STORED_CARD_KEYS: `k2:${bytes(2)}, k1:${bytes(1)}` };
      const { storedCards } = loadConfig(env);
      expect(storedCards.isOn).toBe(true);
      expect(storedCards.keys.map(({ id, key }) => [id, key.length])).toEqual([
        ['k2', 32],
        ['k1', 32],
      ]);
      expect(loadConfig(good).storedCards).toEqual({ isOn: false, keys: [] });
      expect(faultsOf({ ...good, STORED_CARDS: '1' })).toEqual([
        'STORED_CARD_KEYS: is not set, and STORED_CARDS=1 needs it',
      ]);
    });

    it.each([
      [bytes(1), 'has no name'],
      [`k 1:${bytes(1)}`, 'has no name'],
      [`k1:${bytes(1).slice(4)}`, 'is not 32 bytes'],
      ['k1:not base64', 'is not 32 bytes'],
      [`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'is no random key'],
      [`k1:${bytes(1)},k1:${bytes(2)}`, 'key 2 has the id of another key: k1'],
      [`k1:${bytes(1)},k2:${bytes(1)}`, 'key 2 is the same as another key'],
    ])('that are faulty are named without the key: %#', (text, fault) => {
      const [line = '', ...others] = faultsOf({ ...good, STORED_CARD_KEYS: text });
      expect(others).toEqual([]);
      expect(line).toContain('STORED_CARD_KEYS: key');
      expect(line).toContain(fault);
      expect(line).not.toContain(bytes(1).slice(4, 40));
    });
  });

  it.each(Object.keys(environment.shape))('takes a blank %s for one that is not set', (name) => {
    const unset = { ...good, NODE_ENV: 'production', [name]: undefined };
    const expected = readOf(unset);
    for (const blank of ['', ' ', '\t', ' \n', '\u00a0'])
      expect(readOf({ ...unset, [name]: blank }), JSON.stringify(blank)).toEqual(expected);
  });

  it('takes a blank for not set in the work that runs by itself, too', () => {
    expect(loadMaintenanceConfig({ RETENTION_MONTHS: ' ', PARTITION_MONTHS_AHEAD: ' ' })).toEqual(
      loadMaintenanceConfig({}),
    );
  });

  it('still charges the usual tax when TAX_PERCENT is blank, and none only when it says 0', () => {
    expect(loadConfig({ ...good, TAX_PERCENT: ' ' }).taxPercent).toBe(20);
    expect(loadConfig({ ...good, TAX_PERCENT: '0' }).taxPercent).toBe(0);
  });

  it.each([
    ['https://app.example.com', 'example.com'],
    ['https://example.com', 'example.com'],
    ['https://APP.example.com:8443', 'Example.COM'],
    ['https://app.example.com.', 'example.com'],
  ])('refuses %s as the app’s address under the workspace domain %s', (BASE_URL, WORKSPACE_DOMAIN) => {
    expect(faultsOf({ ...good, BASE_URL, WORKSPACE_DOMAIN }).join()).toMatch(
      /^WORKSPACE_DOMAIN: the app itself/,
    );
  });

  it.each([
    ['https://app.example.com', 'example.net'],
    ['https://app.example.com', 'ple.com'],
    ['https://app.example.com', 'workspaces.example.com'],
  ])('takes %s beside the workspace domain %s', (BASE_URL, WORKSPACE_DOMAIN) => {
    expect(faultsOf({ ...good, BASE_URL, WORKSPACE_DOMAIN })).toEqual([]);
  });

  it.each([
    ['postgres://app:secret-1@one:5432,two:5432/db', 'names several hosts'],
    ['postgres://app:secret-1@one,two/db', 'names several hosts'],
    ['jdbc:postgresql://db.example.com/db?password=secret-1', 'without jdbc:'],
    ['host=db.example.com password=secret-1', 'is not an address like postgres://'],
    ['postgres://app:secret-1#@db.example.com/db', 'percent-encoded'],
  ])('says what is wrong with the address %s of a database, for each of them', (address, fault) => {
    for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL', 'DATABASE_REPLICA_URL']) {
      const faults = faultsOf({ ...good, [name]: address });
      expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: .*${fault}`))]);
      expect(faults.join()).not.toContain('secret-1');
    }
  });

  it('takes the limits of workspaces as one number or by plan, and says what is wrong with others', () => {
    const read = (WORKSPACE_MEMORY_MB: string): unknown =>
      loadConfig({ ...good, WORKSPACE_MEMORY_MB }).workspaceRuntime.memoryMb;
    expect(read('4096')).toBe(4096);
    expect(read('2048,team=4096')).toEqual({ others: 2048, plans: { team: 4096 } });
    expect(read('trial=512, team=4096')).toEqual({ others: null, plans: { trial: 512, team: 4096 } });
    for (const WORKSPACE_MEMORY_MB of ['much', '1', '1,2', 'gold=4096', 'team=1', 'team=2048.5', '1024,2048'])
      expect(faultsOf({ ...good, WORKSPACE_MEMORY_MB }), WORKSPACE_MEMORY_MB).toEqual([
        expect.stringMatching(/^WORKSPACE_MEMORY_MB: is no whole number from 16 to 1000000, nor a list/),
      ]);
    expect(faultsOf({ ...good, WORKSPACE_CGROUP: '/tmp/group' })).toEqual([
      'WORKSPACE_CGROUP: is no folder in /sys/fs/cgroup',
    ]);
  });

  it('refuses folders in which the path of a socket would be too long', () => {
    const deep = `/${'d'.repeat(95)}`;
    const process = { WORKSPACE_RUNTIME: 'process', WORKSPACE_COMMAND: 'program {socket}' };
    expect(faultsOf({ ...good, ...process, DATA_DIR: deep }).join()).toMatch(
      /^DATA_DIR: is \d+ bytes too long/,
    );
    expect(faultsOf({ ...good, ...process, DATA_DIR: deep.slice(0, 60) })).toEqual([]);
    expect(faultsOf({ ...good, ...process, SSH_SOCKETS: deep }).join()).toContain('SSH_SOCKETS: is');
  });
});
