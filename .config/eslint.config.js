import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname },
    },
    rules: {
      // Prettier wraps code, never comments. The other limits are out of reach.
      'max-len': [
        'error',
        { code: 1_000_000, comments: 110, ignoreUrls: true, ignorePattern: 'eslint-disable' },
      ],
      // AuditLogger and WorkspaceSessionTracker are static services by the customer's choice.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Express 5 passes the rejection of an async handler to the error handler.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, properties: false } },
      ],
      // A number in a template reads as it should; everything else is still refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Interfaces here hold functions that use no `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // Plain JavaScript where starting fast matters: TypeScript's project does not know it.
  { files: ['scripts/**/*.mjs', 'src/**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['src/**/*.mjs', 'scripts/assets/**/*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        ['TextEncoder', 'TextDecoder', 'atob', 'btoa', 'console', 'process'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    // A test looks into rows and answers of any shape and fails when they are not as promised.
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
