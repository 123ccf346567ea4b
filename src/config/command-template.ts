const placeholders = ['folder', 'socket', 'port', 'name'] as const;
type Placeholder = (typeof placeholders)[number];

/**
 * Splits a command template into its arguments. No shell reads it: blanks separate, quotes keep them, and
 * nothing else has a meaning. Throws an `Error` that says what is wrong with it.
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
 * Puts values into a parsed template. A name cannot become an option of the program: its leading hyphens go.
 */
export function fillCommand(parts: string[], values: Record<Placeholder, string>): string[] {
  const safe = { ...values, name: values.name.replace(/^-+/, '') };
  return parts.map((part) => part.replace(/\{(\w+)\}/g, (_, name: Placeholder) => safe[name]));
}
