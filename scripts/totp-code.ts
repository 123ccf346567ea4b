import { Secret } from 'otpauth';
import { totpCode } from '../src/auth/factors/totp.ts';

/** `npm run code -- <key>`: the code that an authenticator app with this key shows now. For the demo. */
const key = process.argv.slice(2).join('').replace(/\s/g, '');
if (/^[a-z2-7]{16,}$/i.test(key)) {
  const secret = Buffer.from(Secret.fromBase32(key.toUpperCase()).bytes);
  process.stdout.write(`${totpCode(secret, new Date())}\n`);
} else {
  process.stderr.write('Give the key of an authenticator app: npm run code -- <key>\n');
  process.exitCode = 2;
}
