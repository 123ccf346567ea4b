import { describe, expect, it } from 'vitest';
import type { FactClaim } from '../../../src/disputes/facts/fact-claim.ts';
import { recordOf } from '../../../src/disputes/facts/fact-record.ts';
import { verifyClaims } from '../../../src/disputes/facts/verify-claims.ts';
import { useTestDatabase } from '../../support/database.ts';
import { buildPaid, buildUse, NOW, PAID_AT } from './scene.ts';

const database = useTestDatabase();

describe('the claims of a letter', () => {
  it('are refused one by one when the database says something else', async () => {
    const { db } = database;
    const scene = await buildPaid(db);
    await buildUse(database, scene);
    const record = recordOf('payment', scene.payment.id);
    const right: FactClaim[] = [
      { record, column: 'merchant_oid', value: scene.payment.merchant_oid },
      { record, column: 'client_ip', value: '85.105.10.20' },
      { record, column: 'paid_at', value: PAID_AT },
      { found: 'person_minutes', value: 80 },
      { found: 'sign_ins', value: 2 },
    ];
    const wrong: FactClaim[] = [
      { record, column: 'merchant_oid', value: 'OTHER' },
      { record, column: 'client_ip', value: '85.105.10.21' },
      { record, column: 'paid_at', value: NOW },
      { record: recordOf('payment', 4_000_000), column: 'merchant_oid', value: 'X' },
      { found: 'person_minutes', value: 81 },
      { found: 'faults', value: 1 },
    ];
    const found = await verifyClaims(db, {
      paymentId: scene.payment.id,
      asOf: NOW,
      records: [record, recordOf('mail', 4_000_000)],
      claims: [...right, ...wrong],
    });
    expect(found.map(({ claim }) => claim)).toEqual([{ record: recordOf('mail', 4_000_000) }, ...wrong]);
  });
});
