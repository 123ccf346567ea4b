import { hash } from 'node:crypto';

/**
 * PayTR's names for a card that its payer lets PayTR keep (`ctoken`) and for that payer (`utoken`). Both
 * together charge the card, so they are secrets. Source: dev.paytr.com/direkt-api/kart-saklama-api.
 */
export interface CardTokens {
  utoken: string;
  ctoken: string;
}

const NAMES = ['utoken', 'ctoken'];

/** A shorter text is likely to stand elsewhere in a body by chance, and would be no secret. */
const SECRET_LENGTH = 8;
const FINGERPRINT_LENGTH = 16;

/**
 * A notification's body with each card token replaced by a fingerprint, and every other byte as it came. Two
 * notifications with other tokens stay two. A token that stands in another field as well is replaced there
 * too.
 */
export function withoutCardTokens(rawBody: Buffer): Buffer {
  const fields = rawBody.toString('latin1').split('&');
  const secrets = fields.flatMap((field) => {
    const [, value = ''] = isToken(field) ? divide(field) : [];
    return value === '' ? [] : [value];
  });
  if (secrets.length === 0) return rawBody;
  const cut = fields.map((field) => {
    const [name, value] = divide(field);
    if (isToken(field)) return value === '' ? field : `${name}=${fingerprint(value)}`;
    return secrets
      .filter((secret) => secret.length >= SECRET_LENGTH)
      .reduce((text, secret) => text.replaceAll(secret, fingerprint(secret)), field);
  });
  return Buffer.from(cut.join('&'), 'latin1');
}

/** The tokens of a notification; undefined unless it has both, once each. */
export function readCardTokens(received: URLSearchParams): CardTokens | undefined {
  const [utoken, ctoken] = NAMES.map((name) => {
    const values = received.getAll(name);
    return values.length === 1 ? (values[0]?.trim() ?? '') : '';
  });
  return utoken && ctoken ? { utoken, ctoken } : undefined;
}

/** A text of PayTR's about a stored card, without its tokens. */
export function withoutTokensOf({ utoken, ctoken }: CardTokens, text: string): string {
  return text.replaceAll(ctoken, fingerprint(ctoken)).replaceAll(utoken, fingerprint(utoken));
}

/** A name may be written in percent code, in capitals or with blanks around it. */
function isToken(field: string): boolean {
  const [name = ''] = new URLSearchParams(field).keys();
  return NAMES.includes(name.trim().toLowerCase());
}

function divide(field: string): [string, string] {
  const at = field.indexOf('=');
  return at === -1 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)];
}

/** Says whether two tokens are the same one, and nothing else. */
function fingerprint(value: string): string {
  return `removed-${hash('sha256', value).slice(0, FINGERPRINT_LENGTH)}`;
}
