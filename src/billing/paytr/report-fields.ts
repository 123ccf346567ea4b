import { boundedText } from '../../storable-text.ts';
import { fromPaytrCurrency } from './currency.ts';
import { parseMajor } from './minor-units.ts';
import { answerText } from './request.ts';

/** A value of a row that cannot be used, with the name of its field. */
export class Fault extends Error {}

/** Longer than any value of these rows. */
const FIELD_MAX = 64;

/** The text of a field, cut to a bound; null when it is missing or empty. */
export function textOrNull(row: Record<string, unknown>, name: string): string | null {
  const value = answerText(row[name])?.trim() ?? '';
  return value === '' ? null : boundedText(value, FIELD_MAX);
}

/**
 * The text of a field. Throws a `Fault` when it is missing, as the readers below do for what they cannot use.
 */
export function text(row: Record<string, unknown>, name: string): string {
  const value = textOrNull(row, name);
  if (value === null) throw new Fault(`${name} is missing`);
  return value;
}

/** An amount in minor units, negative where the gateway writes a minus. */
export function amount(row: Record<string, unknown>, name: string): number {
  const value = text(row, name);
  const minor = parseMajor(value.replace(/^-/, ''));
  if (minor === null) throw new Fault(`${name} is "${value}", no amount`);
  return value.startsWith('-') ? -minor : minor;
}

/** The size of an amount in minor units; null when the field is missing. */
export function amountOrNull(row: Record<string, unknown>, name: string): number | null {
  return textOrNull(row, name) === null ? null : Math.abs(amount(row, name));
}

/** A currency by its ISO 4217 code. */
export function currency(row: Record<string, unknown>, name: string): string {
  const code = fromPaytrCurrency(text(row, name));
  if (!/^[A-Z]{3}$/.test(code)) throw new Fault(`${name} is "${code}", no currency`);
  return code;
}

/** A number of instalments; 1 for a single payment, which is 0 in a report and 1 in a callback. */
export function count(row: Record<string, unknown>, name: string): number | null {
  const value = textOrNull(row, name);
  if (value === null) return null;
  if (!/^\d{1,2}$/.test(value)) throw new Fault(`${name} is "${value}", no number of instalments`);
  return Math.max(1, Number(value));
}

/** A day written as `30.11.2026`, as `2026-11-30`. */
export function turkishDay(row: Record<string, unknown>, name: string): string {
  const value = text(row, name);
  const parts = /^(\d{2})\.(\d{2})\.(\d{4})(?: |$)/.exec(value);
  return checkedDay(name, value, parts === null ? '' : parts.slice(1).reverse().join('-'));
}

/** The day of a date or time written as `2026-11-30`. */
export function isoDay(row: Record<string, unknown>, name: string): string {
  const value = text(row, name);
  return checkedDay(name, value, value.slice(0, 10));
}

function checkedDay(name: string, value: string, day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== day)
    throw new Fault(`${name} is "${value}", no day`);
  return day;
}
