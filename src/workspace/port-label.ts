/** The longest label of a host name (RFC 1035, section 2.3.4). */
export const LABEL_MAX = 63;

/** Ports that people open. No program of a workspace may listen below (ip_unprivileged_port_start). */
export const PORT_MIN = 1024;
export const PORT_MAX = 65_535;

/** Characters that `65535-` puts before a label. */
export const PORT_PREFIX_MAX = 6;

/**
 * The port and the workspace's label in a host label such as `3000-api-acme`; null for any other label. The
 * oldest workspaces may have such a label themselves, and that goes before: see `findHost`.
 */
export function readPortLabel(label: string): { port: number; label: string } | null {
  const [, digits, rest] = /^([1-9]\d{3,4})-([a-z0-9].*)$/.exec(label) ?? [];
  const port = Number(digits);
  if (rest === undefined || port < PORT_MIN || port > PORT_MAX) return null;
  return { port, label: rest };
}

/** The host label of a port of the workspace with this label; null when it would be too long. */
export function portLabel(label: string, port: number): string | null {
  const made = `${String(port)}-${label}`;
  return made.length <= LABEL_MAX ? made : null;
}
