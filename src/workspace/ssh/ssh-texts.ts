import type { Config } from '../../config/config.ts';
import { formatFor } from '../../web/format.ts';
import type { Locale, TextKey } from '../../web/locales/catalogues.ts';
import type { AccessRefusal } from '../access/decide-access.ts';
import type { SshRefusal } from './open-ssh-connection.ts';

const texts: Record<AccessRefusal | SshRefusal['reason'], TextKey> = {
  'unknown-host': 'ssh.refused_unknown',
  'too-many': 'ssh.refused_tooMany',
  'too-often': 'ssh.refused_tooOften',
  'no-workspace': 'ssh.refused_none',
  several: 'ssh.refused_several',
  'no-pass': 'ssh.refused_pass',
  'unknown-key': 'ssh.refused_removed',
  'unknown-connection': 'ssh.refused_lost',
  'signed-out': 'ssh.refused_removed',
  deactivated: 'ssh.refused_deactivated',
  'not-allowed': 'ssh.refused_notAllowed',
  'no-second-factor': 'ssh.refused_noSecondFactor',
  'not-accepted': 'ssh.refused_notAccepted',
  lapsed: 'ssh.refused_lapsed',
  'over-limit': 'ssh.refused_overLimit',
  stopped: 'ssh.refused_stopped',
  away: 'ssh.refused_stopped',
  'cross-site': 'ssh.refused_unknown',
};

/** Why nobody comes in, in the words and the language of the person. */
export function refusalText(refusal: SshRefusal, locale: Locale, config: Config): string {
  const text = formatFor(locale).t(texts[refusal.reason], { url: `${config.baseUrl}/workspace` });
  return 'labels' in refusal ? [text, ...refusal.labels.map((label) => `  ${label}`)].join('\n') : text;
}

/** The text for a person whose connection is cut. */
export function endText(refusal: AccessRefusal, locale: Locale, config: Config): string {
  // A workspace that was there before and is unknown now has been deleted.
  if (refusal === 'unknown-host') return formatFor(locale).t('ssh.refused_deleted');
  return refusalText({ reason: refusal }, locale, config);
}
