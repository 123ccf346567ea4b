import { z } from 'zod';
import { line, text } from '../input.ts';

/** Longest name of a passkey, in characters; the column has the same bound. */
const NAME_MAX = 60;

/** A new passkey: its name, and what the browser says about it, as JSON. */
export const passkeyForm = z.object({
  name: line(NAME_MAX, 'secondFactor.nameMissing'),
  passkey: text('secondFactor.passkeyNotMade').min(1, 'secondFactor.passkeyNotMade'),
});
