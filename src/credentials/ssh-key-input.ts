import { z } from 'zod';
import type { TextKey } from '../web/locales/catalogues.ts';
import { line } from '../auth/input.ts';
import { parseSshPublicKey, type SshKeyFault } from './ssh-public-key.ts';

/** Longer than the longest RSA key with a long comment. */
const KEY_TEXT_MAX = 8000;

/** The column's bound. */
const LABEL_MAX = 60;

const faultTexts: Record<SshKeyFault, TextKey> = {
  private: 'sshKeys.faultPrivate',
  'several-lines': 'sshKeys.faultLines',
  options: 'sshKeys.faultOptions',
  type: 'sshKeys.faultType',
  broken: 'sshKeys.faultBroken',
  'rsa-short': 'sshKeys.faultRsa',
};

const label = line(LABEL_MAX, 'sshKeys.labelMissing');

/**
 * The form of `/auth/ssh-keys`. A key without a label is named by its comment, or by its kind when the
 * comment is unfit.
 */
export const sshKeyForm = z
  .object({
    label: z.union([z.literal('').transform(() => undefined), label]).optional(),
    key: z
      .string({ error: 'sshKeys.keyMissing' })
      .trim()
      .min(1, 'sshKeys.keyMissing')
      .max(KEY_TEXT_MAX, 'errors.tooLong')
      .transform((text, context) => {
        const parsed = parseSshPublicKey(text);
        if (!('fault' in parsed)) return parsed;
        context.addIssue({ code: 'custom', message: faultTexts[parsed.fault] });
        return z.NEVER;
      }),
  })
  .transform(({ label: given, key }) => {
    const { comment, ...publicKey } = key;
    const fromComment = label.safeParse(comment.slice(0, LABEL_MAX));
    return { publicKey, label: given ?? (fromComment.success ? fromComment.data : publicKey.type) };
  });

/** True for a private key, which must never leave its machine. The form does not show it again. */
export function isPrivateKey(text: unknown): boolean {
  const parsed = typeof text === 'string' ? parseSshPublicKey(text) : null;
  return parsed !== null && 'fault' in parsed && parsed.fault === 'private';
}
