/** Why a migration command cannot go on, fit to be printed alone: no stack, no password. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Turns a failed connection into one sentence that names the server, the database and the role, and never the
 * password. Other errors come back as they are.
 */
export function explainConnectionError(error: unknown, url: string): unknown {
  const { code, message, errors } = error as { code?: string; message: string; errors?: Error[] };
  const isFromServer = /^(?=.*\d)[0-9A-Z]{5}$/.test(code ?? '');
  const isRefusal = isFromServer && /^(08...|28...|3D000|53300|57P0.)$/.test(code ?? '');
  const isNetwork = !isFromServer && (/^E[A-Z]+$/.test(code ?? '') || /connect|timeout|SSL/i.test(message));
  if (!isRefusal && !isNetwork) return error;
  // A name with several addresses fails with one error for each and an empty message of its own.
  const reason = message === '' ? (errors?.map((one) => one.message).join(', ') ?? code) : message;
  return new MigrationError(`cannot connect to ${describeUrl(url)}: ${String(reason)}`, { cause: error });
}

/** The address without its password. */
function describeUrl(url: string): string {
  try {
    const { host, pathname, username } = new URL(url);
    return `database "${decodeURIComponent(pathname.slice(1))}" at ${host} as "${decodeURIComponent(username)}"`;
  } catch {
    return 'the database (its address is not a URL)';
  }
}
