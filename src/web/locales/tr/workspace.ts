import type { workspace as en } from '../en/workspace.ts';

export const workspace: Record<keyof typeof en, string> = {
  title: 'workspace',
};
