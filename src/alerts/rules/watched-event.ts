/** The kinds of events that rules look at. Audit rows become such events; see watch/read-event.ts. */
export type EventKind =
  | 'sign-in'
  | 'failure'
  | 'session-moved'
  | 'factor-changed'
  | 'address-changed'
  | 'token-created'
  | 'key-added'
  | 'evidence-downloaded'
  | 'operator-looked';

/** One thing that happened to a person's account, with what the rules may know of it. */
export interface WatchedEvent {
  /** The id of the audit row. */
  id: string;
  at: Date;
  kind: EventKind;
  /** Null when the address says nothing about a place. */
  network: string | null;
  country: string | null;
  /** Browser and system, without versions; null when the request did not name them. */
  browser: string | null;
  /** The remembered browser of a sign-in; null for other events. */
  deviceId: number | null;
  /** True for a sign-in with a browser that this person never signed in with. */
  isNewDevice: boolean;
  /** True for a new one that somebody else has signed in with before. */
  isOthersDevice: boolean;
  /** Number of attempts that the event stands for: refused ones may share an event. */
  attempts: number;
  /** For a session that moved: the browser that it began in. */
  browserBefore: string | null;
  /** The operator who looked in. */
  operatorId: number | null;
}
