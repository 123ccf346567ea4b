import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { Visitor } from '../support/visitor.ts';

const lines: Record<string, unknown>[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line) as never) });
const test = useTestApp({ deps: { log } });

describe('a request', () => {
  it('has a number of ours in the evidence; the one a client gave is in the log alone', async () => {
    const given = 'chosen-by-a-client-1';
    const visitor = new Visitor(test.app, { 'x-request-id': given });
    const response = await visitor.post('/auth/login', { email: 'a@example.com', password: 'wrong' });
    const id = String(response.headers['x-request-id']);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await test.db('audit_logs').where({ request_id: given })).toEqual([]);
    expect(await test.db('audit_logs').where({ request_id: id })).toHaveLength(1);
    expect(lines.filter((line) => line.givenRequestId === given).length).toBeGreaterThan(0);
    expect(JSON.stringify(lines.filter((line) => line.givenRequestId === undefined))).not.toContain(given);
  });

  it.each([
    [
      'too large',
      '/auth/login',
      { 'content-type': 'application/x-www-form-urlencoded' },
      `a=${'x'.repeat(100_000)}`,
    ],
    [
      'in an unknown coding',
      '/locale',
      { 'content-encoding': 'zip', 'content-type': 'application/x-www-form-urlencoded' },
      'secret=1',
    ],
    [
      'in an unknown charset',
      '/locale',
      { 'content-type': 'application/x-www-form-urlencoded; charset=x-9' },
      'secret=1',
    ],
  ])(
    'that cannot be read (%s) leaves its cause in the log, and nothing of what it said',
    async (_, path, headers, body) => {
      lines.length = 0;
      const response = await new Visitor(test.app).rawPost(path).set(headers).send(body);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(lines).toContainEqual(
        expect.objectContaining({
          msg: 'a request could not be read',
          fault: expect.stringMatching(/\S/) as string,
        }),
      );
      expect(JSON.stringify(lines)).not.toMatch(/secret=1|xxxxx/);
    },
  );

  it('leaves no token in log or evidence however its address is spelled', async () => {
    lines.length = 0;
    const token = 'Zz-9_'.repeat(9).slice(0, 43);
    for (const path of [
      `/auth/Accept-Invite/${token}`,
      `/auth/accept-invite/${token}/`,
      `/auth/accept%2Dinvite/${token}`,
    ]) {
      const visitor = new Visitor(test.app);
      await visitor.get(path);
      await visitor.rawPost(path).type('form').send({ a: 'b' });
    }
    expect(JSON.stringify(lines)).toContain('[token]');
    const kept = [await test.db('audit_logs').select(), await test.db('security_events').select(), lines];
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  it('is answered with a policy that gives no page of ours a camera, a microphone, a place or a payment handler', async () => {
    for (const path of ['/', '/auth/login', '/api/v1/openapi.json', '/nowhere']) {
      const { headers } = await new Visitor(test.app).get(path);
      for (const feature of ['camera', 'microphone', 'geolocation', 'payment', 'usb'])
        expect(headers['permissions-policy'], path).toContain(`${feature}=()`);
    }
  });
});
