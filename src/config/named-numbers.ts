import { z } from 'zod';

/**
 * A setting such as `TRY=250,USD=7.50`: numbers by name, of the given names only, each at most once. Empty:
 * none is known.
 */
export function namedNumbers<Name extends string>(
  names: readonly Name[],
): z.ZodType<Partial<Record<Name, number>>, string> {
  return z.string().transform((text, context) => {
    const numbers: Partial<Record<Name, number>> = {};
    for (const part of text.split(',').map((piece) => piece.trim())) {
      if (part === '') continue;
      const [, given = '', value = ''] = /^([A-Za-z]+)=(\d{1,9}(?:\.\d{1,4})?)$/.exec(part) ?? [];
      const name = names.find((known) => known === given);
      if (name === undefined || numbers[name] !== undefined)
        context.addIssue({
          code: 'custom',
          message: `${part} is not ${names.join(' or ')}=number, once each`,
        });
      else numbers[name] = Number(value);
    }
    return numbers;
  });
}
