import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

export default defineConfig(js.configs.recommended, tseslint.configs.strictTypeChecked, {
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: new URL('..', import.meta.url).pathname },
  },
  rules: {
    // AuditLogger and WorkspaceSessionTracker are static services by the customer's choice.
    '@typescript-eslint/no-extraneous-class': 'off',
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    // async handlers are fine in Express 5: it passes a rejection to the error handler.
    '@typescript-eslint/no-misused-promises': [
      'error',
      { checksVoidReturn: { arguments: false, properties: false } },
    ],
  },
});
