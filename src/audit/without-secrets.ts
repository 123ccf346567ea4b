/** Invitations and access tokens, and whatever else `newSecret` makes: 32 bytes in base64url. */
const SECRET = /(?<![\w-])(?:yac_)?[\w-]{43}(?![\w-])/gi;

/**
 * The one address with a secret in its path; after it nothing is kept, since the secret may be written in any
 * way.
 */
const INVITATION = /(accept[^a-z0-9/\\]*invite[^/\\]*[/\\]+).+$/is;

/** How often a path is decoded at most: proxies in a row may each have encoded it once more. */
const DECODINGS = 3;

/**
 * The path of an address, without the query and without what opens something: the token of an invitation is
 * as good as a password, and an access token may stand there by mistake. It is found in every spelling that
 * Express or a person's slip may take for the address: other case, doubled slashes, percent-encoded.
 */
export function withoutSecrets(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const plain = path.includes('%') ? decoded(path) : path;
  const redacted = plain.replace(INVITATION, '$1[token]').replace(SECRET, '[token]');
  return redacted === plain ? path : redacted;
}

function decoded(path: string): string {
  let text = path;
  for (let times = 0; times < DECODINGS && text.includes('%'); times += 1) text = decodedOnce(text);
  return text;
}

/** Byte by byte: a part that is no UTF-8 must not keep the rest from being read. */
function decodedOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
