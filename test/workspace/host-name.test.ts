import { describe, expect, it } from 'vitest';
import { createHostReader, hostLabels, workspaceOrigin } from '../../src/workspace/host-name.ts';

const config = { baseUrl: 'http://localhost:3000', workspaceDomain: 'localhost' };

describe('the host name of a workspace', () => {
  it.each([
    ['api', 'api-acme'],
    ['  Ödeme Servisi ', 'odeme-servisi-acme'],
    ['ISPARTA Iğdır', 'isparta-igdir-acme'],
    ['xn--evil', 'xn-evil-acme'],
    ['a.b/c?d', 'a-b-c-d-acme'],
  ])('is made of the name %j and the company', (name, label) => {
    expect(hostLabels({ workspaceId: 7, name, subdomain: 'acme' })[0]).toBe(label);
  });

  it('is a stable short form when the two do not fit, or the name says nothing in ASCII', () => {
    const long = { workspaceId: 7, name: 'n'.repeat(60), subdomain: 'c'.repeat(40) };
    expect(hostLabels(long)[0]).toBe(`w7-${'c'.repeat(40)}`);
    expect(hostLabels(long)).toEqual(hostLabels(long));
    expect(hostLabels({ workspaceId: 7, name: '漢字', subdomain: 'acme' })[0]).toBe('w7-acme');
  });

  it('never has a label longer than 63 characters', () => {
    for (let length = 1; length <= 60; length += 1) {
      const labels = hostLabels({
        workspaceId: 999_999_999_999_999,
        name: 'n'.repeat(length),
        subdomain: 'c'.repeat(40),
      });
      expect(labels.length).toBeGreaterThan(1);
      for (const label of labels) expect(label).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }
  });

  it('has the port that browsers use', () => {
    expect(workspaceOrigin(config, 'api-acme')).toBe('http://api-acme.localhost:3000');
    expect(
      workspaceOrigin({ baseUrl: 'https://app.example.com', workspaceDomain: 'ws.example.net' }, 'a'),
    ).toBe('https://a.ws.example.net');
  });
});

describe('a Host header', () => {
  it.each(['api-acme.localhost', 'API-ACME.localhost:3000', 'api-acme.localhost.'])(
    '%s asks for a workspace',
    (host) => {
      expect(createHostReader(config)(host)).toEqual({ kind: 'workspace', label: 'api-acme' });
    },
  );

  it.each([undefined, '', 'localhost', 'localhost:3000', '127.0.0.1', '[::1]:3000', 'evil-localhost'])(
    '%s asks for the app',
    (host) => {
      expect(createHostReader(config)(host)).toEqual({ kind: 'app' });
    },
  );

  it.each(['a.b.localhost', '-a.localhost', 'a_b.localhost', `${'a'.repeat(64)}.localhost`, '..localhost'])(
    '%s is nobody’s',
    (host) => {
      expect(createHostReader(config)(host)).toEqual({ kind: 'nobody' });
    },
  );

  it('of the app is never a workspace, even under the domain', () => {
    const under = { baseUrl: 'http://app.localhost', workspaceDomain: 'localhost' };
    expect(createHostReader(under)('app.localhost')).toEqual({ kind: 'app' });
  });

  it('means the app whatever it says when workspaces have no domain', () => {
    expect(createHostReader({ ...config, workspaceDomain: null })('a.localhost')).toEqual({ kind: 'app' });
  });
});
