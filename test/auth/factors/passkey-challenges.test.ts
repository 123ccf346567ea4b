import { beforeAll, expect, it } from 'vitest';
import { passkeyCreation, useChallenge } from '../../../src/auth/factors/passkey-challenges.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { contextOf } from '../rows.ts';

const test = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(test.db);
});

it('uses the challenge of a new passkey up for a new passkey of that person alone, and once', async () => {
  const { bob, alice } = cast;
  const context = contextOf(test, bob, new Date());
  const asked = await passkeyCreation(test.db, context, { config: test.config, person: bob });
  const { challenge } = asked as { challenge: string };
  const uses = async (purpose: 'enrol' | 'confirm' | 'sign-in', userId: number | null): Promise<boolean> =>
    useChallenge(test.db, context, { challenge, purpose, userId });
  expect(await uses('confirm', bob.id)).toBe(false);
  expect(await uses('sign-in', null)).toBe(false);
  expect(await uses('enrol', alice.id)).toBe(false);
  expect(await uses('enrol', bob.id)).toBe(true);
  expect(await uses('enrol', bob.id)).toBe(false);
});
