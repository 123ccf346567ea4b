import { writeFileSync } from 'node:fs';
import { COMPILED_SESSION, compileSession } from './compile-session.ts';

// `npm run build:ssh`: after every change to ssh-session.ts or what it imports.
writeFileSync(COMPILED_SESSION, await compileSession());
