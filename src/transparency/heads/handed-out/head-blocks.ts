import type { Config } from '../../../config/config.ts';
import type { MailBlock } from '../../../mail/mail-content.ts';
import type { Format } from '../../../web/format.ts';

/**
 * The end of a mail about a payment: a checkpoint of the company's log (`findHeadAt`), and one sentence that
 * says what it is for. Nothing before the first checkpoint.
 */
export function headBlocks(
  head: string | null,
  { t }: Format,
  { baseUrl }: Pick<Config, 'baseUrl'>,
): MailBlock[] {
  if (head === null) return [];
  return [
    { kind: 'text', text: t('publicLog.handedOut', { address: `${baseUrl}/log` }) },
    { kind: 'lines', text: head.trimEnd() },
  ];
}
