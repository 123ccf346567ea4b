import type { Knex } from 'knex';
import type { RequestContext } from '../../audit/request-context.ts';

/** Writes down a step of an incident. */
export async function addStep(
  trx: Knex.Transaction,
  context: RequestContext,
  step: {
    incidentId: number;
    kind: 'opened' | 'secured' | 'note' | 'closed';
    userId: number | null;
    note?: string;
    details?: Record<string, unknown>;
  },
): Promise<void> {
  await trx('incident_steps').insert({
    incident_id: step.incidentId,
    at: context.at,
    kind: step.kind,
    user_id: step.userId,
    note: step.note ?? null,
    details: JSON.stringify(step.details ?? {}),
  });
}
