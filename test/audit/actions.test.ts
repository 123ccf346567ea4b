import { describe, expect, it } from 'vitest';
import { actionNames, auditActions, currentActionName, customerActions } from '../../src/audit/actions.ts';

const names = Object.keys(auditActions);

describe('the names of audit actions', () => {
  it('say what was acted on and then the verb in the past, but for those of the customer', () => {
    const ours = names.filter((name) => !(customerActions as readonly string[]).includes(name));
    expect(
      ours.filter(
        (name) => !/^[a-z]+(_[a-z]+)*_([a-z]+ed|sent|made|frozen|proven|forgotten|withdrawn)$/.test(name),
      ),
    ).toEqual([]);
  });

  it('keep every name of the customer', () => {
    expect(names).toEqual(expect.arrayContaining([...customerActions]));
  });

  it('are found under a former name as well, and a former name is read as the one of today', () => {
    expect(actionNames('workspace_started')).toEqual(['workspace_started', 'workspace_start']);
    expect(actionNames('login')).toEqual(['login']);
    expect(currentActionName('workspace_start')).toBe('workspace_started');
    expect(currentActionName('workspace_started')).toBe('workspace_started');
    expect(currentActionName('unknown')).toBe('unknown');
  });
});
