/** Names of this form's own fields begin so, and those of no other form do. */
const OWN = 'stepUp';

/** A proof as it was sent. */
export interface GivenProof {
  password: string;
}

/** Takes this form's own fields out of a body. Null when they were not sent: another form was. */
export function takeProof(body: unknown): GivenProof | null {
  const fields = (body ?? {}) as Record<string, unknown>;
  const { stepUpPassword } = fields;
  for (const name of Object.keys(fields)) if (name.startsWith(OWN)) Reflect.deleteProperty(fields, name);
  return typeof stepUpPassword === 'string' ? { password: stepUpPassword } : null;
}

/**
 * The fields that another form sent, to be sent again behind the proof. Never its token, which the page has
 * anew, and no password, which no page gets back.
 */
export function carriedFields(body: unknown): [name: string, value: string][] {
  return Object.entries((body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== '_csrf' && !/password/i.test(name))
    .flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one] as const))
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string');
}
