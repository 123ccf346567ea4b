import { describe, expect, it } from 'vitest';
import { authorizedKeyLine } from '../../../src/workspace/ssh/authorized-key-line.ts';
import { OneTimeSecrets } from '../../../src/workspace/ssh/one-time-secrets.ts';
import { minute } from '../scene.ts';

const holder = { keyId: 1, companyId: 2, userId: 3 };

describe('a secret that is good once', () => {
  it('is good for one time, and for thirty seconds', () => {
    const secrets = new OneTimeSecrets();
    const [first, second] = [secrets.issue(holder, minute(0)), secrets.issue(holder, minute(0))];
    expect(secrets.take(first, minute(0.49))).toEqual(holder);
    expect(secrets.take(first, minute(0.49))).toBeNull();
    expect(secrets.take(second, minute(0.5))).toBeNull();
    expect(secrets.take(second, minute(0.1))).toBeNull();
    expect(secrets.take('', minute(0))).toBeNull();
  });

  it('of long ago takes no room, and there are only so many', () => {
    const secrets = new OneTimeSecrets();
    const first = secrets.issue(holder, minute(0));
    for (let n = 0; n < 10_000; n += 1) secrets.issue(holder, minute(0));
    expect(secrets.size).toBe(10_000);
    expect(secrets.take(first, minute(0))).toBeNull();
    secrets.issue(holder, minute(1));
    expect(secrets.size).toBe(1);
  });
});

describe('a line of authorized_keys', () => {
  it('holds each word of the command as one word of a shell, within one pair of quotes', () => {
    const line = authorizedKeyLine({
      command: ['/bin/a b', "it's", 'say "x" \\'],
      type: 'ssh-ed25519',
      blob: 'AAAA',
    });
    expect(line).toBe(`restrict,pty,command="'/bin/a b' 'it'\\\\''s' 'say \\"x\\" \\\\'" ssh-ed25519 AAAA`);
  });

  it('is one line', () => {
    expect(() => authorizedKeyLine({ command: ['a\nb'], type: 'ssh-ed25519', blob: 'A' })).toThrow(
      'one line',
    );
  });
});
