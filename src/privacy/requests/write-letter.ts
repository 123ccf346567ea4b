import type { Config } from '../../config/config.ts';
import { formatFor } from '../../web/format.ts';
import type { Decision } from './input.ts';
import type { DataRequest } from './queries.ts';

/**
 * The answer to a request as plain text, in the language of the person: decision, ground, what is kept and
 * why, and where and until when to complain (KVKK arts. 13 and 14).
 */
export function writeLetter({
  request,
  answer,
  at,
  config,
}: {
  request: DataRequest;
  answer: { decision: Decision; ground: string; keptWords: string };
  at: Date;
  config: Config;
}): string {
  const { t, when } = formatFor(request.locale);
  const { seller, complaintDaysAfterAnswer, complaintDaysAfterRequest } = config;
  return [
    t('requests.letterHello', { name: request.full_name }),
    t('requests.letterAbout', {
      id: request.id,
      kind: t(`requests.kind_${request.kind}`),
      received: when(request.received_at, 'date'),
      at: when(at, 'date'),
    }),
    t(`requests.letter_${answer.decision}`),
    t('requests.letterGround', { ground: answer.ground }),
    answer.keptWords === ''
      ? t('requests.letterNothingKept')
      : t('requests.letterKept', { kept: answer.keptWords }),
    t('requests.letterComplaint', {
      afterAnswer: complaintDaysAfterAnswer,
      afterRequest: complaintDaysAfterRequest,
    }),
    [seller.name, seller.address, seller.email].join('\n'),
  ].join('\n\n');
}
