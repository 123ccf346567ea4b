import type { Chance } from '../../faults/year/chance.ts';
import type { Bundle, MadeBundle } from './bundle-maker.ts';

/*
 * Changes a bundle, its proof or a policy in one place by chance. Changes that may leave it verified are
 * listed here, each with the reason; every other one must be found.
 */

interface Mutation {
  /** The place and the change, as `audit_logs.3.success: changed`. */
  what: string;
  bundle: Bundle;
  policy: string;
}

/** Places whose change alters nothing that is proved. The verifier says of the first group that it is not. */
export const UNPROVED: readonly { place: RegExp; why: string }[] = [
  {
    place: /^(generated_at|generated_by|period|summary)\b/,
    why: 'the file about itself: named as not proved',
  },
  { place: /^(user|company)\.(full_name|email|name)/, why: 'as the seller has it: named as not proved' },
  { place: /^legal_acceptance\.history\.\d+\.(title|email)/, why: 'named as not proved' },
  { place: /^workspace_sessions\.\d+\.workspace_name/, why: 'named as not proved' },
  { place: /^payments\.\d+\.(failed_reason_code|card|refunds)/, why: 'named as not proved' },
  { place: /^payments\.\d+\.started_by\.(full_name|email)/, why: 'named as not proved' },
  {
    place: /^payments\.\d+\.callbacks\.\d+\.(received_count|outcome|fields)/,
    why: 'the log has the hash of the bytes only: named as not proved',
  },
  { place: /^invoices\.\d+\.merchant_oid/, why: 'that of the payment, which is proved: named as not proved' },
  {
    place: /^proof\.(withheld|only_workspace|checks)/,
    why: 'says something about the proof, proves nothing',
  },
  { place: /^proof\.person_key\.user_id/, why: 'the records say whose they are' },
  { place: /^proof\.stamps\.\d+\.(query|authority|independent)/, why: 'the reply alone is the stamp' },
  { place: /^proof\.stamps\.\d+: removed/, why: 'less is shown' },
  { place: /^proof\.platform: (removed|changed)/, why: 'less is shown' },
  { place: /^proof(\.platform)?\.(leaves|consistency)\.\d+: swapped/, why: 'these lists have no order' },
  { place: /\.disclosures\.\d+: swapped/, why: 'these lists have no order' },
  { place: /^(audit_logs|workspace_sessions)\.\d+\.log_index: removed/, why: 'the leaf says where it is' },
  { place: /\.(amount|total|connected_minutes|active_minutes): removed/, why: 'follows from others' },
  { place: /^not final: /, why: 'a payment that has no leaf yet: named as not proved' },
  { place: /^proof(\.platform)?\.vkeys\.\d+: removed/, why: 'the policy has the key' },
  { place: /^proof(\.platform)?\.(vkeys|consistency)\.\d+: doubled/, why: 'says the same twice' },
  { place: /^proof(\.platform)?\.consistency\.\d+: removed/, why: 'less is shown' },
  { place: /\.disclosures\.\d+: removed/, why: 'less is shown, and not counted as complete' },
  { place: /^proof\.person_key: (removed|changed)/, why: 'not needed where all leaves are given' },
];

/** Whether what was changed is on that list. */
export function isUnproved(what: string): boolean {
  return UNPROVED.some(({ place }) => place.test(what));
}

/** A copy with one change. */
export function mutate(chance: Chance, { bundle, policy }: MadeBundle): Mutation {
  if (chance.happens(0.03)) return { what: 'policy', bundle, policy: changeText(chance, policy) };
  const copy: Bundle = structuredClone(bundle);
  const part = chance.pick(Object.keys(copy).filter((name) => typeof copy[name] === 'object'));
  const place = pickPlace(chance, copy[part], [part], copy);
  const isFinal = isOfFinal(bundle, place.path);
  return { what: `${isFinal ? '' : NOT_FINAL}${change(chance, place)}`, bundle: copy, policy };
}

/** A payment without a leaf of its own: the verifier says that it is not proved. */
const NOT_FINAL = 'not final: ';

function isOfFinal(bundle: Bundle, [list, at = '', field = '']: string[]): boolean {
  if (list !== 'payments' || ['', 'id', 'merchant_oid', 'terms', 'callbacks'].includes(field)) return true;
  return ['success', 'refunded'].includes(bundle.payments[at].status as string);
}

interface Place {
  path: string[];
  holder: Bundle;
}

function pickPlace(chance: Chance, value: Bundle, path: string[], holder: Bundle): Place {
  const inner =
    typeof value === 'object' && value !== null ? Object.keys(value as Record<string, unknown>) : [];
  if (inner.length === 0 || (path.length > 1 && chance.happens(0.12))) return { path, holder };
  const name = chance.pick(inner);
  return pickPlace(chance, value[name], [...path, name], value);
}

function change(chance: Chance, { path, holder }: Place): string {
  const name = path.at(-1) ?? '';
  const value = holder[name];
  const where = path.join('.');
  if (Array.isArray(holder) && chance.happens(0.6)) {
    const at = Number(name);
    const other = chance.below(holder.length);
    const isSame = JSON.stringify(holder[other]) === JSON.stringify(value);
    if (chance.happens(0.4) && !isSame) {
      holder[at] = holder[other];
      holder[other] = value;
      return `${where}: swapped with ${String(other)}`;
    }
    if (chance.happens(0.5)) {
      holder.splice(at, 1);
      return `${where}: removed`;
    }
    holder.splice(at, 0, structuredClone(value));
    return `${where}: doubled`;
  }
  if (chance.happens(0.1)) {
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else Reflect.deleteProperty(holder as object, name);
    return `${where}: removed`;
  }
  holder[name] = changeValue(chance, value);
  return `${where}: changed from ${JSON.stringify(value)} to ${JSON.stringify(holder[name])}`;
}

function changeValue(chance: Chance, value: unknown): unknown {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + chance.pick([1, -1, 0.5, 1000]);
  if (typeof value === 'string') return chance.happens(0.1) ? null : changeText(chance, value);
  return value === null ? chance.pick(['x', 0, false, {}]) : null;
}

function changeText(chance: Chance, text: string): string {
  if (text === '') return 'x';
  const at = chance.below(text.length);
  const other = chance.pick('0123456789abcdefABCDEF'.split(''));
  const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
  return changed === text ? `${text}0` : changed;
}
