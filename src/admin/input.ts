import { isIP } from 'node:net';
import { z } from 'zod';
import { line } from '../auth/input.ts';
import { auditActions, type AuditAction } from '../audit/actions.ts';
import { normaliseAddress } from '../audit/client-address.ts';
import { period, refusePeriodBackwards } from '../evidence/input.ts';
import { isActionGroup, type ActionGroup } from './audit-action-groups.ts';

/** The three lists of people. */
export const peopleLists = ['active', 'former', 'invited'] as const;
type PeopleList = (typeof peopleLists)[number];

/** The list asked for; `active` when none is. */
export function parsePeopleList(value: unknown): PeopleList {
  return peopleLists.find((list) => list === value) ?? 'active';
}

const filterText = (max: number) =>
  z
    .string({ error: 'admin.filterWrong' })
    .trim()
    .max(max, 'admin.filterWrong')
    .regex(/^[^\0]*$/, 'admin.filterWrong')
    .optional()
    .transform((value) => (value === undefined || value === '' ? null : value));

const actions = Object.keys(auditActions) as AuditAction[];

/** The filters of the audit viewer, each null when it is not used. */
export const auditFilterQuery = z
  .object({
    /** An e-mail address, or the number of a person. */
    user: filterText(100),
    /** An action, or a group of them. */
    action: filterText(64).refine(isAction, 'admin.filterWrong'),
    result: filterText(10).refine(
      (value): value is 'success' | 'failure' | null => value === null || /^(success|failure)$/.test(value),
      'admin.filterWrong',
    ),
    resource_type: filterText(64),
    resource_id: filterText(128),
    ip: filterText(60)
      .refine((value) => value === null || isIP(value) !== 0, 'admin.ipWrong')
      .transform(normaliseAddress),
    ...period,
  })
  .superRefine(refusePeriodBackwards);

export type AuditFilterQuery = z.output<typeof auditFilterQuery>;

function isAction(value: string | null): value is AuditAction | ActionGroup | null {
  return value === null || isActionGroup(value) || actions.some((action) => action === value);
}

/** The form by which an operator has a link for a new password sent. */
export const recoveryForm = z.object({ reason: line(500, 'recovery.reasonMissing') });
