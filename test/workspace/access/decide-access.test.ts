import { expect, it } from 'vitest';
import type { AccessFacts } from '../../../src/workspace/access/find-access-facts.ts';
import { decideAccess } from '../../../src/workspace/access/decide-access.ts';

const at = new Date('2026-01-10T12:00:00Z');
const later = new Date('2026-02-10T12:00:00Z');

const ofAnOwner: AccessFacts = {
  port: null,
  key: 'place-acme a',
  workspace_id: 1,
  company_id: 2,
  owner_user_id: 3,
  deleted_at: null,
  wanted_running_since: at,
  user_id: 3,
  session_id: 'b',
  is_signed_in: true,
  role: 'member',
  second_factor_at: null,
  second_factor_required_from: null,
  must_accept: false,
  opens_until: later,
  workspace_session_id: null,
  session_started_at: null,
  last_activity_at: null,
};

it('lets the owner of a running workspace in', () => {
  expect(decideAccess(ofAnOwner, at, { mustRun: true }).allowed).toBe(true);
});

it('asks for a second factor from the day of the company’s rule on, and only of somebody who has none', () => {
  const decide = (facts: Partial<AccessFacts>) =>
    decideAccess({ ...ofAnOwner, ...facts }, at, { mustRun: true });
  const refused = { allowed: false, reason: 'no-second-factor' };
  expect(decide({ second_factor_required_from: at })).toEqual(refused);
  expect(decide({ second_factor_required_from: at, role: 'admin' })).toEqual(refused);
  expect(decide({ second_factor_required_from: later }).allowed).toBe(true);
  expect(decide({ second_factor_required_from: at, second_factor_at: at }).allowed).toBe(true);
});

it('lets nobody into a workspace that was stopped, so that no session of it is opened', () => {
  const stopped = { ...ofAnOwner, wanted_running_since: null };
  expect(decideAccess(stopped, at, { mustRun: true })).toEqual({ allowed: false, reason: 'stopped' });
});

it('does not ask what runs where workspaces live elsewhere', () => {
  expect(decideAccess({ ...ofAnOwner, wanted_running_since: null }, at, { mustRun: false }).allowed).toBe(
    true,
  );
});
