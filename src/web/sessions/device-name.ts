import Bowser from 'bowser';
import type { Format } from '../format.ts';

/** A browser's own text is rarely longer; reading a longer one only costs time. */
const READ_MAX = 1024;

/**
 * A browser in words, as in "Firefox on Windows", from the user agent that it sends. That text is its own
 * claim.
 */
export function deviceName(userAgent: string | null, { t }: Pick<Format, 't'>): string {
  if (userAgent === null || userAgent.trim() === '') return t('account.deviceUnknown');
  const { browser, os } = Bowser.parse(userAgent.slice(0, READ_MAX));
  const [program, system] = [browser.name ?? '', os.name ?? ''];
  if (program !== '' && system !== '') return t('account.deviceOn', { program, system });
  if (program !== '' || system !== '') return program + system;
  // A program such as curl names itself before its version.
  return /^[A-Za-z][\w.-]{0,40}(?=\/|$)/.exec(userAgent)?.[0] ?? t('account.deviceUnknown');
}
