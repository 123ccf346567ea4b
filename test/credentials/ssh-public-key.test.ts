import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseSshPublicKey } from '../../src/credentials/ssh-public-key.ts';
import { keyLine, mpint, newKeyLine, newRsaLine, wire } from '../support/programs/ssh-keys.ts';

/** Made by ssh-keygen of OpenSSH 9.2, which prints this fingerprint for it. */
const MADE: [string, string][] = [
  [
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICjnCn6NOmXzO/KVv0/4JRdWG2l4Hx0ruVWXCvAfOl6n',
    'SHA256:YZpwN16oKIgwqJdCPC9jVQ6CkbDbq0LdOK4mNve9w+s',
  ],
  [
    'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNi1uvxjC7CjmNA06rkomugShZwKczbE0aYBvxjC3IFro1yJ4LRd27PRAOAbBPwbR883vsQbUao1fuuGe5MyK3w=',
    'SHA256:QVsNQFwuKy42enlwG/i3zy+fVghfa1uuN8rvSDRJHDg',
  ],
  [
    'ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBKkU6VWZ0KlTEL4zgf74P3cZRfVNvAr+W439T418SOzAHFiQ3YVV85i7qH0p+AU2b1c5R+aw1hoEiNI4YAu8RgUe2bmzCC5N+2uLYKGafdbRw/3hs5kmvU6djFucpAV6mA==',
    'SHA256:xIs4K7pHuJ6jhhO0QzwkhvTlCe3G4yqxoX6uFIVM7aE',
  ],
  [
    'ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADAuz1nF2ec3etmGUgoYN6Q5uVq3ehBEiU67QYGWgMnABYZxLxi8IzmqM+OfVRwgL3U+Ca8ZVHOp0lIatGeZiY6uAAizEdoiRcBgq+qyu/kbAtVqD16C+wJixtSgBILruD6D7q64E4QiowiDyskEAWgRumtUYa9OauTHCZ32WAPsFIvCA==',
    'SHA256:rVqf2KhmT6NPwH0L98nfEC62IPc6qwNtsm0v+5gVn8k',
  ],
  [
    'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDQiHflWPxS+C2wGdJdC2dvMnB6Ch4PxBbwMp2ZKxRKxESMSL7qklW6rB6EVtUGTWkg7l8PEf3doVcGJknsBCgBI8EnY8H4jLJAIu1H3t1N5zV4DEtECjdz9UYLxd9/wqjp2RjQeNdgWvwo17AAE/QZHISYMaTF4XBtdzPHtqLw5WUGT4QZhwtk4C6EpNGVgY1APMlkFyyz/C/TC/KvSqT7+s/PbPnM/Q5DAJTvJpooyYjCsVg/LeOyCwOhg5O/J34QItYsT8lKi2SA9kbbfqflWx+yYG4++hGpTO9joUtfvH79ZJPhzyNw/iNNcETs54ITpTkImMJ77Nn/2K17j6ET',
    'SHA256:3b8/13bQFRhl/HJO6kTpdi2G5xzWh208zHEeS5aDSn8',
  ],
];

const point = Buffer.concat([Buffer.from([4]), randomBytes(64)]);
const SK_ED25519 = 'sk-ssh-ed25519@openssh.com';
const SK_ECDSA = 'sk-ecdsa-sha2-nistp256@openssh.com';

const fault = (text: string): unknown => {
  const parsed = parseSshPublicKey(text);
  return 'fault' in parsed ? parsed.fault : 'taken';
};

describe('a public key', () => {
  it.each(MADE.map(([line, fingerprint]) => [...line.split(' '), fingerprint] as [string, string, string]))(
    'is read as ssh-keygen reads it: %s',
    (type, blob, fingerprint) => {
      const line = `${type} ${blob}`;
      expect(parseSshPublicKey(` ${line} bob@laptop, at home\r\n`)).toEqual({
        type,
        blob,
        fingerprint,
        comment: 'bob@laptop, at home',
      });
      expect(parseSshPublicKey(line)).toMatchObject({ comment: '' });
    },
  );

  it('may live on a security key', () => {
    expect(fault(keyLine(SK_ED25519, wire(SK_ED25519, randomBytes(32), 'ssh:')))).toBe('taken');
    expect(fault(keyLine(SK_ECDSA, wire(SK_ECDSA, 'nistp256', point, 'ssh:')))).toBe('taken');
  });

  it('is no private key, whichever program wrote it', () => {
    expect(fault('-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n')).toBe('private');
    expect(fault('-----BEGIN RSA PRIVATE KEY----- MIIE')).toBe('private');
    expect(fault('PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none')).toBe('private');
  });

  it('stands alone: no second line, no options in front, no other kind', () => {
    const line = newKeyLine();
    expect(fault(`${line}\n${newKeyLine()}`)).toBe('several-lines');
    expect(fault(`${line}\0`)).toBe('several-lines');
    expect(fault(`command="sh" ${line}`)).toBe('options');
    expect(fault(`restrict,pty ${line}`)).toBe('options');
    expect(fault(`ssh-dss ${wire('ssh-dss').toString('base64')}`)).toBe('type');
    expect(fault(line.replace('ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com'))).toBe('type');
    expect(fault(line.replace('ssh-ed25519', 'SSH-ED25519'))).toBe('type');
    expect(fault('')).toBe('type');
  });

  it.each([
    ['no key', 'ssh-ed25519'],
    ['base64 of another alphabet', newKeyLine('').replace(/A/, '-')],
    ['bits that no program would write', `${newKeyLine('').slice(0, -1)}=`],
    ['another kind inside', keyLine('ssh-ed25519', wire('ssh-rsa', randomBytes(32)))],
    ['a short key', keyLine('ssh-ed25519', wire('ssh-ed25519', randomBytes(31)))],
    ['something behind the key', keyLine('ssh-ed25519', wire('ssh-ed25519', randomBytes(32), 'x'))],
    ['a length beyond the end', keyLine('ssh-ed25519', wire('ssh-ed25519', randomBytes(32)).subarray(0, -1))],
    ['another curve', keyLine('ecdsa-sha2-nistp384', wire('ecdsa-sha2-nistp384', 'nistp256', point))],
    ['half a curve', keyLine('ecdsa-sha2-nistp256', wire('ecdsa-sha2-nistp256', '', point))],
    [
      'a compressed point',
      keyLine('ecdsa-sha2-nistp256', wire('ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(65, 2))),
    ],
    ['no application', keyLine(SK_ED25519, wire(SK_ED25519, randomBytes(32)))],
    ['an application without a key', keyLine(SK_ED25519, wire(SK_ED25519, 'ssh:'))],
  ])('is whole: not one with %s', (_what, line) => {
    expect(fault(line)).toBe('broken');
  });

  it(
    'of RSA has at least 2048 bits, which are counted and not taken from the key',
    { timeout: 30_000 },
    () => {
      expect(fault(newRsaLine(2048))).toBe('taken');
      expect(fault(newRsaLine(1024))).toBe('rsa-short');
      expect(fault(newRsaLine(2047))).toBe('rsa-short');
      const rsa = (e: number[], n: Buffer): unknown =>
        fault(keyLine('ssh-rsa', wire('ssh-rsa', Buffer.from(e), n)));
      const odd = (bytes: number): Buffer => mpint(Buffer.alloc(bytes, 0xff));
      expect(rsa([3], odd(256))).toBe('taken');
      expect(rsa([3], odd(2049))).toBe('broken');
      expect(rsa([1], odd(256))).toBe('broken');
      expect(rsa([4], odd(256))).toBe('broken');
      expect(rsa([3], Buffer.alloc(256, 0xff))).toBe('broken');
      expect(rsa([3], Buffer.concat([Buffer.alloc(129), odd(127)]))).toBe('broken');
    },
  );
});
