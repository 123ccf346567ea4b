import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast } from '../support/programs/build.ts';
import { signIn } from '../support/sign-in.ts';

const testApp = useTestApp();

describe('what goes over the wire', () => {
  const encoding = async (path: string): Promise<string | undefined> => {
    const answer = await request(testApp.app).get(path).set('accept-encoding', 'gzip');
    return answer.headers['content-encoding'];
  };

  it('is compressed: stylesheets, scripts and pages; and a stylesheet may be kept for a year', async () => {
    const page = await request(testApp.app).get('/auth/login').set('accept-encoding', 'gzip');
    expect(page.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: expect.stringMatching(/accept-encoding/i),
    });
    const sheets = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)].map(
      ([, url = '']) => url,
    );
    expect(sheets.length).toBeGreaterThan(5);
    for (const url of sheets) {
      const sheet = await request(testApp.app).get(url).set('accept-encoding', 'gzip');
      const isSmall = sheet.text.length < 1024;
      expect(sheet.headers['content-encoding'], url).toBe(isSmall ? undefined : 'gzip');
      expect(sheet.headers['cache-control'], url).toBe('public, max-age=31536000, immutable');
    }
  });

  it('is not compressed where a link or a form chose a part of it: its size would tell the secrets beside (BREACH)', async () => {
    expect(await encoding('/auth/login?next=csrf')).toBeUndefined();
    expect(await encoding('/nowhere/csrf')).toBeUndefined();
    const { alice } = await buildCast(testApp.db);
    const visitor = await signIn(testApp.app, alice);
    const found = await visitor.get('/admin/audit?user=csrf');
    expect(found.headers['content-encoding']).toBeUndefined();
    const file = await visitor.get('/admin/audit.csv');
    expect(file.headers['content-disposition']).toContain('attachment');
  });
});
