import { z } from 'zod';
import { paidPlans, type Plan } from '../plan.ts';
import { namedNumbers } from './named-numbers.ts';

/** A number for every plan, or numbers of their own for some plans and one for the others. Null: no limit. */
export type PerPlan = number | null | { others: number | null; plans: Partial<Record<Plan, number>> };

/** The number for a plan; null is no limit. */
export function forPlan(numbers: PerPlan, plan: Plan): number | null {
  if (numbers === null || typeof numbers === 'number') return numbers;
  return numbers.plans[plan] ?? numbers.others;
}

/** Reads `4096`, `trial=1024,team=8192`, or `4096,team=8192`, where the first is for all other plans. */
export function perPlan({ min, max }: { min: number; max: number }): z.ZodType<PerPlan> {
  const number = z.coerce.number().int().min(min).max(max);
  const named = namedNumbers(['trial', ...paidPlans]);
  return z
    .string()
    .trim()
    .transform((text, context): PerPlan => {
      const parts = text.split(',').map((part) => part.trim());
      const bare = parts.filter((part) => !part.includes('='));
      const read = named.safeParse(parts.filter((part) => part.includes('=')).join(','));
      const numbers = bare.length > 1 ? null : bare;
      const all = read.success ? [...(numbers ?? []), ...Object.values(read.data)] : [];
      if (numbers === null || !read.success || !all.every((value) => number.safeParse(value).success)) {
        const message = `is no whole number from ${String(min)} to ${String(max)}, nor a list such as 4096,team=8192`;
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      }
      const others = numbers[0] === undefined ? null : Number(numbers[0]);
      return all.length === 1 && others !== null ? others : { others, plans: read.data };
    });
}
