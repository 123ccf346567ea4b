import { z } from 'zod';

/**
 * The fault of a database address, in words that quote no part of it, since it holds a password. Null when
 * there is none.
 */
export function findAddressFault(address: string): string | null {
  if (address.startsWith('jdbc:'))
    return 'is an address for Java: write postgres://role:password@host:5432/database, without jdbc:';
  if (!/^postgres(ql)?:\/\//.test(address))
    return 'is not an address like postgres://role:password@host:5432/database';
  const [, authority = ''] = /^postgres(?:ql)?:\/\/([^/?#]*)/.exec(address) ?? [];
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  if (hosts.includes(','))
    return 'names several hosts: write one, such as a name that always leads to the primary';
  if (URL.canParse(address)) return null;
  return 'cannot be read: special characters in the password must be percent-encoded (# is %23, / is %2F)';
}

/** A setting that holds the address of a database. */
export const databaseAddress = z
  .string()
  .trim()
  .superRefine((address, context) => {
    const fault = findAddressFault(address);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });
