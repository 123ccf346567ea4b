import { z } from 'zod';
import type { Config } from '../../config/config.ts';

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const address = z.object({
  street: z.string(),
  city: z.string(),
  state: z.string(),
  postal_code: z.string(),
  country: z.string(),
});

/** A payment as the rule compares it. Null stands for what is not known. */
const ce3Payment = z.object({
  id: z.int(),
  day,
  amount_minor: z.int(),
  ip: z.string().nullable(),
  /** The address is that of the first payment, which the customer made in person. */
  is_ip_of_first: z.boolean(),
  device_id: z.string().nullable(),
  fingerprint: z.object({ value: z.string(), properties: z.int() }).nullable(),
  login_id: z.string().nullable(),
  delivery_address: address.nullable(),
  /** The card itself, where it is known for sure, such as a stored one. */
  card: z.string().nullable(),
  /** A token, and the card that it stands for. */
  token_of: z.string().nullable(),
  /** Shown digits: equal ones are a hint, different ones are another card. */
  masked_pan: z.string().nullable(),
  merchant: z.string(),
  acquirer: z.string().nullable(),
  is_paid: z.boolean(),
  is_clean: z.boolean(),
  description: z.string().nullable(),
  initiated_by: z.enum(['cardholder', 'merchant']),
});

/** Everything that the decision is made from; it is kept with it, so that it can be made again. */
export const ce3Input = z.object({
  network: z.string().nullable(),
  code: z.string().nullable(),
  is_closed: z.boolean(),
  submitted_on: day,
  processed_on: day,
  three_d: z.object({ eci: z.string().nullable(), has_value: z.boolean() }),
  category: z.enum(['merchandise', 'services']).nullable(),
  disputed: ce3Payment,
  priors: z.array(ce3Payment),
  takeover: z.array(z.object({ kind: z.string(), at: z.string() })),
  rules: z.object({
    min_safe: z.int(),
    min_edge: z.int(),
    max_safe: z.int(),
    max_edge: z.int(),
    new_rules_from: day,
    use_device: z.boolean(),
    own_networks: z.array(z.string()),
  }),
});

export type Ce3Input = z.output<typeof ce3Input>;
export type Ce3Payment = z.output<typeof ce3Payment>;
export type Ce3Rules = Ce3Input['rules'];
export type DeliveryAddress = z.output<typeof address>;

/**
 * Days that all sources agree on (121 to 364), and those on which they do not (120 and 365); the day from
 * which the newer rule counts. Visa's own text was read in a paraphrase only.
 */
export const presetCe3Rules: Ce3Rules = {
  min_safe: 121,
  min_edge: 120,
  max_safe: 364,
  max_edge: 365,
  new_rules_from: '2026-10-24',
  use_device: false,
  own_networks: [],
};

/** The rules by the settings of this installation. */
export function ce3RulesOf({ cardHistory }: Pick<Config, 'cardHistory'>): Ce3Rules {
  const { usesDevices, ownNetworks, newRuleFrom } = cardHistory;
  return {
    ...presetCe3Rules,
    use_device: usesDevices,
    own_networks: ownNetworks,
    new_rules_from: newRuleFrom,
  };
}
