/** Invitations, access tokens and all other results of `newSecret`: 32 bytes in base64url. */
const SECRET = /(?<![\w-])(?:yac_)?[\w-]{43}(?![\w-])/gi;

/**
 * The addresses with a secret in their path. Nothing after it is kept, since the secret may be written in any
 * way.
 */
const SECRET_PATH =
  /((?:accept[^a-z0-9/\\]*invite|auth[/\\]+(?:reset|confirm|new-email|restore-email|unlock|object|not-me)|^[/\\]*statement)[^/\\]*[/\\]+).+$/is;

/** Most times that a path is decoded: each proxy of a chain may have encoded it once more. */
const DECODINGS = 3;

/**
 * The path of an address without the query and without secrets: the token of an invitation or of a new
 * password is as good as a password, and an access token may be there by mistake. A secret is found in every
 * spelling that Express accepts: other case, doubled slashes, percent-encoded.
 */
export function withoutSecrets(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const plain = path.includes('%') ? decoded(path) : path;
  const redacted = plain.replace(SECRET_PATH, '$1[token]').replace(SECRET, '[token]');
  return redacted === plain ? path : redacted;
}

function decoded(path: string): string {
  let text = path;
  for (let times = 0; times < DECODINGS && text.includes('%'); times += 1) text = decodedOnce(text);
  return text;
}

/** Decodes byte by byte, so that a part that is not UTF-8 does not keep the rest from being read. */
function decodedOnce(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
