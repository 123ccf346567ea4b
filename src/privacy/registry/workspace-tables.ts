import type { RegisteredTable } from '../purposes/activities.ts';

/** Workspaces, and who used them. */
export const workspaceTables = {
  workspaces: {
    activity: 'use',
    period: 'withEvidence',
    people: { owner: 'workspaces.owner_user_id = :user', deleter: 'workspaces.deleted_by = :user' },
    personal: {
      link: ['owner_user_id', 'deleted_by', 'company_id'],
      words: ['name'],
      activity: ['created_at', 'deleted_at', 'wanted_running_since'],
    },
    about: { deleter: ['deleted_by', 'deleted_at'], owner: ['deleted_at'] },
    notPersonal: ['id', 'port', 'stopped_because', 'destroying_since', 'destroyed_at'],
  },
  workspace_sessions: {
    activity: 'use',
    period: 'evidence',
    people: {
      person: 'workspace_sessions.user_id = :user',
      owner: 'workspace_sessions.on_behalf_of = :user',
    },
    personal: {
      link: ['user_id', 'company_id', 'workspace_id', 'session_id', 'on_behalf_of'],
      network: ['ip_address', 'user_agent'],
      activity: [
        'started_at',
        'ended_at',
        'end_reason',
        'duration_seconds',
        'last_activity_at',
        'activity_count',
        'access_method',
        'interactive_seconds',
        'connected_minutes',
        'active_minutes',
        'connected_until',
        'active_until',
        'disconnected_at',
      ],
    },
    about: {
      owner: ['on_behalf_of', 'started_at', 'ended_at'],
      person: ['on_behalf_of', 'started_at', 'ended_at'],
    },
    notPersonal: ['id', 'is_partly_seen'],
    // The last counted minutes stand for what connected_minutes and active_minutes say.
    withheld: { repeated: ['company_id', 'user_id', 'connected_until', 'active_until', 'disconnected_at'] },
    bundled: ['person'],
  },
  open_workspace_sessions: {
    activity: 'use',
    period: 'untilUsed',
    people: { person: 'open_workspace_sessions.user_id = :user' },
    personal: { link: ['user_id', 'session_id', 'workspace_id'], activity: ['access_method', 'started_at'] },
    notPersonal: ['workspace_session_id'],
  },
  workspace_hosts: {
    activity: 'use',
    period: 'withEvidence',
    people: {
      owner: 'workspace_hosts.workspace_id in (select id from workspaces where owner_user_id = :user)',
    },
    personal: { words: ['label'], link: ['company_id', 'workspace_id'] },
    notPersonal: ['created_at'],
  },
  workspace_tickets: {
    activity: 'use',
    period: 'day',
    people: { person: 'workspace_tickets.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'workspace_id', 'browser_session_id'],
      credential: ['token_hash', 'nonce_hash'],
      activity: ['created_at', 'used_at', 'port'],
    },
    notPersonal: ['expires_at'],
    withheld: { secret: ['token_hash', 'nonce_hash', 'browser_session_id'] },
  },
  workspace_passes: {
    activity: 'use',
    period: 'browserSession',
    people: { person: 'workspace_passes.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'workspace_id', 'browser_session_id'],
      credential: ['token_hash'],
      activity: ['created_at', 'port'],
    },
    notPersonal: ['expires_at'],
    withheld: { secret: ['token_hash', 'browser_session_id'] },
  },
  ssh_connections: {
    activity: 'use',
    period: 'day',
    people: { person: 'ssh_connections.user_id = :user' },
    personal: {
      link: ['user_id', 'company_id', 'workspace_id', 'key_id'],
      credential: ['connection_hash', 'resume_hash'],
      network: ['ip_address'],
      activity: ['created_at'],
    },
    notPersonal: [],
    withheld: { secret: ['connection_hash', 'resume_hash'] },
  },
} as const satisfies Record<string, RegisteredTable>;
