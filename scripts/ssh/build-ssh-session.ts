import { writeFileSync } from 'node:fs';
import { COMPILED_SESSION, compileSession } from './compile-session.ts';

// `npm run build:ssh`: to be run after every change to ssh-session.ts or its imports.
writeFileSync(COMPILED_SESSION, await compileSession());
