/** The gateway's words about 3-D Secure. No field of it is documented, so that any may be missing. */
interface ThreeDProof {
  /** Two digits, such as 05 (authenticated) or 06 (attempted); Mastercard writes 02 and 01. */
  eci: string | null;
  has_value: boolean;
}

const AUTHENTICATED = ['05', '06', '02', '01'];

/** Reads the fields whose names say ECI or authentication value; every other name proves nothing. */
export function readThreeD(fields: Record<string, string> | null): ThreeDProof {
  const told = Object.entries(fields ?? {});
  const eci = told.find(([name]) => /(^|[^a-z])eci([^a-z]|$)/i.test(name))?.[1].trim() ?? null;
  const value = told.find(([name]) => /cavv|aav|ucaf|authentication_?value/i.test(name))?.[1].trim() ?? '';
  return { eci: eci === null ? null : eci.padStart(2, '0'), has_value: value.length >= 8 };
}

/** True when the bank's authentication stands: an ECI of it together with its value. */
export function isAuthenticated({ eci, has_value }: ThreeDProof): boolean {
  return has_value && eci !== null && AUTHENTICATED.includes(eci);
}
