const placeholders = ['folder', 'socket', 'port', 'name'] as const;
type Placeholder = (typeof placeholders)[number];

/**
 * Splits a command template into its arguments. No shell is involved: blanks separate, quotes keep blanks,
 * and nothing else has a meaning. Throws an `Error` that names the fault.
 */
export function parseCommand(template: string): string[] {
  const parts = template.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  if (parts.join('').length !== template.replace(/\s+(?=(?:[^"']|"[^"]*"|'[^']*')*$)/g, '').length)
    throw new Error('has a quote that does not end');
  for (const [, name = ''] of template.matchAll(/\{(\w*)\}/g)) {
    if (!placeholders.some((known) => known === name)) throw new Error(`does not know {${name}}`);
  }
  const uses = (name: Placeholder): boolean => template.includes(`{${name}}`);
  if (parts.length === 0) throw new Error('is empty');
  if (uses('socket') === uses('port')) throw new Error('needs either {socket} or {port}');
  return parts.map((part) =>
    part.replace(/"([^"]*)"|'([^']*)'/g, (_, a?: string, b?: string) => a ?? b ?? ''),
  );
}

/**
 * Puts values into a parsed template. Leading hyphens of a name are dropped, so that it cannot become an
 * option of the program.
 */
export function fillCommand(parts: string[], values: Record<Placeholder, string>): string[] {
  const safe = { ...values, name: values.name.replace(/^-+/, '') };
  return parts.map((part) => part.replace(/\{(\w+)\}/g, (_, name: Placeholder) => safe[name]));
}
