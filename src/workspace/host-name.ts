import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { LABEL_MAX, PORT_PREFIX_MAX, readPortLabel } from './port-label.ts';

/** Any port of the workspace still has a name before it. */
const NAMED_MAX = LABEL_MAX - PORT_PREFIX_MAX;

/** Letters of Turkish that lose more than a mark when they become ASCII. */
const LETTERS: Record<string, string> = { ı: 'i', ß: 'ss', ø: 'o', æ: 'ae', đ: 'd', ł: 'l' };

/**
 * The host labels that a workspace may get, best first. The first is made of its name and company. Two short
 * ones follow, for a name that does not fit, has no ASCII letters, or is taken: `a-b` of `c` and `a` of `b-c`
 * make the same label. None reads as a port of another workspace: the name `3000 api` makes `w-3000-api`.
 */
export function hostLabels(of: { workspaceId: number; name: string; subdomain: string }): string[] {
  const id = String(of.workspaceId);
  const slug = toSlug(of.name);
  const digest = createHash('sha256').update(`workspace:${id}`).digest('hex').slice(0, 20);
  const label = `${slug}-${of.subdomain}`;
  const named = slug === '' ? [] : [readPortLabel(label) === null ? label : `w-${label}`];
  return [...named, `w${id}-${of.subdomain}`, `w-${digest}`].filter(({ length }) => length <= NAMED_MAX);
}

/** Only lower-case ASCII letters, digits and single hyphens between them; empty when nothing is left. */
function toSlug(name: string): string {
  return name
    .toLocaleLowerCase('tr')
    .replace(/[ıßøæđł]/gu, (letter) => LETTERS[letter] ?? '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/**
 * The meaning of a `Host` header: the app, a workspace by its label, or a name under the domain that is
 * neither.
 */
type RequestedHost = { kind: 'app' } | { kind: 'workspace'; label: string } | { kind: 'nobody' };

/**
 * Creates the reader of host names, with or without a port. The app's own host is never a workspace, even
 * under WORKSPACE_DOMAIN. Under that domain, a name without exactly one label before the domain belongs to
 * nobody.
 */
export function createHostReader(config: HostConfig): (host: string | undefined) => RequestedHost {
  const domain = config.workspaceDomain;
  const ours = appHost(config);
  return (host) => {
    const name = hostnameOf(host);
    if (domain === null || name === null || name === ours) return { kind: 'app' };
    if (!name.endsWith(`.${domain}`)) return { kind: 'app' };
    const label = name.slice(0, -domain.length - 1);
    return /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)
      ? { kind: 'workspace', label }
      : { kind: 'nobody' };
  };
}

/** The name in a `Host` header, in lower case and without port; null when there is none. */
export function hostnameOf(host: string | undefined): string | null {
  const name = /^([^:/?#\s@]+?)\.?(:\d{1,5})?$/.exec(host ?? '')?.[1];
  return name?.toLowerCase() ?? null;
}

type HostConfig = Pick<Config, 'baseUrl' | 'workspaceDomain'>;

/** The host name of the app itself. */
function appHost({ baseUrl }: Pick<Config, 'baseUrl'>): string {
  return new URL(baseUrl).hostname;
}

/** True for the label that would make the app's own host: no workspace gets it. */
export function isAppLabel(config: HostConfig, label: string): boolean {
  return `${label}.${config.workspaceDomain ?? ''}` === appHost(config);
}

/** Scheme, host and port of a workspace; `*` for the label gives a source of a Content-Security-Policy. */
export function workspaceOrigin(config: HostConfig, label: string): string {
  if (config.workspaceDomain === null) throw new Error('Bug! there is no WORKSPACE_DOMAIN');
  const { protocol, port } = new URL(config.baseUrl);
  return `${protocol}//${label}.${config.workspaceDomain}${port === '' ? '' : `:${port}`}`;
}

/** The path that is ours at every workspace's host; the rest of a host belongs to its workspace. */
export const OUR_PATH = '/.youarecoder/';

/** The path of the way in, at every workspace's host. */
export const ENTER_PATH = `${OUR_PATH}enter`;
