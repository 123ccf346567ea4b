import { beforeAll, describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { buildCast, type Cast } from '../support/programs/build.ts';
import { signIn } from '../support/visitor.ts';

const test = useTestApp();
let cast: Cast;

beforeAll(async () => {
  cast = await buildCast(test.db);
});

/** The addresses of the navigation of a page, and the one that is marked as this page. */
function navigationOf(text: string): { links: string[]; current: string | undefined } {
  const nav = /<nav class="account-nav[\s\S]*?<\/nav>/.exec(text)?.[0] ?? '';
  return {
    links: [...nav.matchAll(/<a href="([^"]+)"/g)].map(([, href = '']) => href),
    current: /<a href="([^"]+)" aria-current="page"/.exec(nav)?.[1],
  };
}

describe('the own account', () => {
  it('has one navigation, which leads to all its pages and marks the one that is open', async () => {
    const bob = await signIn(test.app, cast.bob);
    const { links } = navigationOf((await bob.get('/account')).text);
    expect(links).toEqual(
      expect.arrayContaining(['/account', '/auth/password', '/auth/tokens', '/auth/ssh-keys']),
    );
    for (const link of links) {
      const response = await bob.get(link);
      expect(response.status, link).toBe(200);
      expect(navigationOf(response.text), link).toEqual({ links, current: link });
    }
  });

  it('shows operators only what they have: no tokens and no SSH keys', async () => {
    const olivia = await signIn(test.app, cast.olivia);
    const { text } = await olivia.get('/account');
    const { links } = navigationOf(text);
    expect(links).not.toContain('/auth/tokens');
    for (const link of links) expect((await olivia.get(link)).status, link).toBe(200);
    expect(text).toContain(cast.olivia.email);
  });
});
