/**
 * The line of authorized_keys that lets a key run the session command and nothing else. `restrict` forbids
 * forwarding, which sshd would do as its own user, past the walls between workspaces. Throws for an argument
 * that no such line can hold. Source: sshd(8), "AUTHORIZED_KEYS FILE FORMAT".
 */
export function authorizedKeyLine(of: { command: string[]; type: string; blob: string }): string {
  const command = of.command.map(shellWord).join(' ').replace(/["\\]/g, '\\$&');
  const line = `restrict,pty,command="${command}" ${of.type} ${of.blob}`;
  if (!/^[ -~]+$/.test(line)) throw new Error('an authorized_keys line is one line of ASCII');
  return line;
}

/** Quotes an argument for the login shell of sshd's user. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
