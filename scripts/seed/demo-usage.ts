import type { Knex } from 'knex';
import { DAY_MS } from '../../src/durations.ts';
import type { RequestContext } from '../../src/audit/request-context.ts';
import { recordSignIn } from '../../src/auth/record-sign-in.ts';
import type { Config } from '../../src/config/config.ts';
import { closeWorkspace } from '../../src/workspace/lifecycle/close-workspace.ts';
import { createWorkspace } from '../../src/workspace/lifecycle/create-workspace.ts';
import { openWorkspace } from '../../src/workspace/sessions/open-workspace.ts';
import type { WorkspaceSession } from '../../src/workspace/session-row.ts';
import { emptyNotes, minuteOf, type SessionNotes } from '../../src/workspace/sessions/session-notes.ts';
import { writeNotes } from '../../src/workspace/sessions/write-notes.ts';
import { WorkspaceSessionTracker } from '../../src/workspace/sessions/workspace-session-tracker.ts';
import { contextOf, type DemoPerson } from './demo-company.ts';

const MINUTE_MS = 60_000;

/** How often a person of the demo reports use: well under the 30 minutes after which a session ends. */
const REPORT_MINUTES = 15;

/** Days at the beginning without counted traffic, as in a company from before traffic was counted. */
const UNCOUNTED_DAYS = 3;

/** The day after the start on which the admin enters a member's workspace. */
const HELP_DAY = 16;

const WORKSPACES = ['odeme-servisi', 'mobil-uygulama', 'veri-panosu'];

/**
 * Lives every working day from `start` to `now`: each person signs in, works in their workspace and closes
 * it, or forgets to.
 */
export async function liveThroughDays(
  db: Knex,
  config: Config,
  input: { people: DemoPerson[]; start: Date; now: Date },
): Promise<void> {
  for (const [index, person] of input.people.entries()) {
    const madeAt = new Date(input.start.getTime() + (300 + index * 30) * MINUTE_MS);
    const workspaceId = await makeWorkspace(db, config, person, {
      name: WORKSPACES[index] ?? 'deneme',
      at: madeAt,
    });
    const days = Math.floor((input.now.getTime() - input.start.getTime()) / DAY_MS);
    for (let day = 1; day <= days; day += 1) {
      // The days and hours differ from person to person, but not from one seeding to the next.
      if ((day + index) % 7 >= 5) continue;
      const morning = input.start.getTime() + day * DAY_MS - ((day * 37 + index * 53) % 90) * MINUTE_MS;
      if (morning + 5 * 60 * MINUTE_MS > input.now.getTime()) continue;
      await work(db, person, {
        workspaceId,
        from: new Date(morning),
        minutes: 60 + ((day * 29 + index * 41) % 180),
        isCounted: day > UNCOUNTED_DAYS,
      });
    }
    // The admin once helped in a member's workspace, which its owner can see.
    const [admin] = input.people;
    const helped = new Date(input.start.getTime() + HELP_DAY * DAY_MS + 6 * 60 * MINUTE_MS);
    if (index === 1 && admin !== undefined)
      await work(db, admin, { workspaceId, from: helped, minutes: 25, isCounted: true });
  }
}

/**
 * The traffic that a gateway would have counted: open all the time, typing in about a third of the minutes,
 * in bouts.
 */
function trafficOf({ id, started_at }: WorkspaceSession, minutes: number): SessionNotes {
  const lastAt = new Date(started_at.getTime() + (minutes - 1) * MINUTE_MS);
  const first = minuteOf(started_at);
  const connected = Array.from({ length: minuteOf(lastAt) - first + 1 }, (_, index) => first + index);
  const active = connected.filter((minute) => (minute * 7) % 23 < 8);
  return {
    ...emptyNotes({ id, startedAt: started_at }),
    lastAt,
    connected: new Set(connected),
    active: new Set(active),
  };
}

async function makeWorkspace(
  db: Knex,
  config: Config,
  person: DemoPerson,
  input: { name: string; at: Date },
): Promise<number> {
  const outcome = await createWorkspace(db, contextOf(person, input.at, person), {
    name: input.name,
    ports: config.workspacePorts,
  });
  if (!outcome.ok) throw new Error(`The demo could not make a workspace: ${outcome.reason}`);
  return outcome.workspaceId;
}

async function work(
  db: Knex,
  person: DemoPerson,
  input: { workspaceId: number; from: Date; minutes: number; isCounted: boolean },
): Promise<void> {
  const { workspaceId, from, minutes } = input;
  const isAdmin = person.role === 'admin';
  const at = (minute: number): RequestContext => ({
    ...contextOf(person, new Date(from.getTime() + minute * MINUTE_MS), person),
    browserSessionHash: `demo-${person.id}-${from.getTime().toString(36)}`,
  });
  await db.transaction((trx) =>
    recordSignIn(trx, at(0), {
      userId: person.id,
      email: person.email,
      deviceToken: person.deviceToken,
      method: 'password',
    }),
  );
  const opened = await openWorkspace(db, at(1), {
    workspaceId,
    isAdmin,
    mustRun: false,
    accessMethod: 'web',
  });
  if (!opened.ok) return;
  let last = 1;
  for (let minute = 1 + REPORT_MINUTES; minute < minutes; minute += REPORT_MINUTES) {
    await WorkspaceSessionTracker.updateActivity(db, at(minute), { workspaceSessionId: opened.session.id });
    last = minute;
  }
  if (input.isCounted) await writeNotes(db, [trafficOf(opened.session, last)]);
  // Every third day the tab is left open, and the session ends by itself at its last activity.
  if (minutes % 3 === 0) await WorkspaceSessionTracker.endIdleSessions(db, sweepAt(from, minutes + 31));
  else await closeWorkspace(db, at(minutes), { workspaceId, isAdmin });
}

/** The time at which the scheduled sweeper would have found the session. */
function sweepAt(from: Date, minute: number): RequestContext {
  const at = new Date(from.getTime() + minute * MINUTE_MS);
  return {
    ...contextOf({ ip: '192.0.2.1' }, at),
    actorType: 'system',
    ip: null,
    userAgent: null,
    method: null,
    path: null,
  };
}
