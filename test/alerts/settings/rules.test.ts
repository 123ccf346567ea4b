import { beforeEach, describe, expect, it } from 'vitest';
import { formValues } from '../../../src/alerts/settings/rules-form.ts';
import { previewRules } from '../../../src/alerts/settings/preview-rules.ts';
import { presetSettings, readSettings, ruleNames } from '../../../src/alerts/rules/rule-settings.ts';
import { DAY_MS } from '../../../src/durations.ts';
import { useTestApp } from '../../support/app.ts';
import { buildCast, type Cast } from '../../support/programs/build.ts';
import { PASSWORD, signIn } from '../../support/sign-in.ts';
import { Visitor } from '../../support/visitor.ts';

const test = useTestApp();
let cast: Cast;
const PATH = '/admin/alerts/rules';
const presets = formValues(presetSettings);

beforeEach(async () => {
  cast = await buildCast(test.db);
});

const saved = (companyId: number): Promise<unknown[]> =>
  test.db('alert_rules').where('company_id', companyId).pluck('settings');

describe('the rules of a company', () => {
  it('are as they are without a choice, and every rule is listed', async () => {
    const { text } = await (await signIn(test.app, cast.alice)).get(PATH);
    for (const rule of ruleNames) expect(text).toContain(`name="${rule}.muted"`);
    expect(text).toContain('name="failure-burst.failures" value="5"');
    expect(text).toContain(
      '>Many wrong passwords</h2><span class="fold-note">5 wrong passwords, within 60 min<',
    );
    expect(text).not.toContain('fold" open');
  });

  it('are saved, audited with what was before, and are nobody else’s', async () => {
    const alice = await signIn(test.app, cast.alice);
    const form = { ...presets, 'failure-burst.failures': '9', 'key-added.muted': 'on', action: 'save' };
    expect((await alice.post(PATH, form)).status).toBe(303);
    const { text } = await alice.get(PATH);
    expect(text).toContain('name="failure-burst.failures" value="9"');
    expect(text).toMatch(/name="key-added.muted" value="on" checked/);
    const [row] = await test
      .db('audit_logs')
      .where({ action_type: 'alert_rules_changed', company_id: cast.acme.id });
    expect((row as { details: unknown }).details).toEqual({
      changed: {
        'failure-burst': {
          before: { isMuted: false, thresholds: { failures: 5, minutes: 60 } },
          after: { isMuted: false, thresholds: { failures: 9, minutes: 60 } },
        },
        'key-added': {
          before: { isMuted: false, thresholds: { trustedDays: 14 } },
          after: { isMuted: true, thresholds: { trustedDays: 14 } },
        },
      },
    });
    const charlie = await signIn(test.app, cast.charlie);
    expect((await charlie.get(PATH)).text).toContain('name="failure-burst.failures" value="5"');
    await alice.post(PATH, form);
    expect(
      await test.db('audit_logs').where({ action_type: 'alert_rules_changed', company_id: cast.acme.id }),
    ).toHaveLength(1);
  });

  it('are saved only by whoever has just shown who they are: an open browser does not silence them', async () => {
    const alice = await signIn(test.app, cast.alice);
    await test.db.raw(`update browser_sessions set sess = (sess::jsonb - 'proof')::json
                       where sess -> 'passport' ->> 'user' = '${String(cast.alice.id)}'`);
    const form = { ...presets, 'key-added.muted': 'on' };
    const asked = await alice.post(PATH, { ...form, action: 'save' });
    expect(asked.status).toBe(403);
    expect(asked.text).toContain('<input type="hidden" name="key-added.muted" value="on">');
    expect(await saved(cast.acme.id)).toEqual([]);
    expect((await alice.post(PATH, { ...form, action: 'preview' })).status).toBe(200);
    const done = await alice.post(PATH, { ...form, action: 'save', stepUpPassword: PASSWORD });
    expect(done.status).toBe(303);
    expect(await saved(cast.acme.id)).toHaveLength(1);
  });

  it.each(['', '0', '101', '1.5', 'many', '-3'])(
    'refuse %j beside the field, and keep what was typed',
    async (typed) => {
      const alice = await signIn(test.app, cast.alice);
      const answer = await alice.post(PATH, { ...presets, 'failure-burst.failures': typed, action: 'save' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('Enter a whole number from 3 to 100.');
      expect(answer.text).toContain(`name="failure-burst.failures" value="${typed}"`);
      const open = [...answer.text.matchAll(/<details class="card fold" open>[\s\S]*?<h2>([^<]+)/g)];
      expect(open.map(([, name]) => name)).toEqual(['Many wrong passwords']);
      expect(await saved(cast.acme.id)).toEqual([]);
    },
  );

  it('show what they would have raised, before they are saved', async () => {
    const stranger = new Visitor(test.app);
    for (const { email } of [cast.bob, cast.charlie])
      for (let n = 0; n < 4; n += 1) await stranger.post('/auth/login', { email, password: 'wrong' });
    const alice = await signIn(test.app, cast.alice);
    const counts = async (form: Record<string, string>): Promise<string | undefined> => {
      const { text } = await alice.post(PATH, { ...presets, ...form, action: 'preview' });
      const row = /Many wrong passwords<\/th><td>(.*?)<\/td><td>(.*?)<\/td>/.exec(text);
      return row?.slice(1).join(' ');
    };
    expect(await counts({})).toBe('0 0');
    expect(await counts({ 'failure-burst.failures': '3' })).toBe('1 0');
    expect(await counts({ 'failure-burst.failures': '3', 'failure-burst.muted': 'on' })).toBe('muted 0');
    expect(await saved(cast.acme.id)).toEqual([]);
    expect(await test.db('alerts').where('company_id', cast.acme.id)).toEqual([]);
    const strict = readSettings({ 'failure-burst': { thresholds: { failures: 3, minutes: 60 } } });
    const countAt = async (days: number): Promise<number | undefined> => {
      const at = new Date(Date.now() + days * DAY_MS);
      const input = { companyId: cast.acme.id, at, choices: [strict] };
      return (await previewRules(test.db, input))[0]?.byRule['failure-burst'];
    };
    expect([await countAt(0), await countAt(29), await countAt(31)]).toEqual([1, 1, 0]);
  });
});
