import { simpleParser } from 'mailparser';
import { storable } from '../storable-text.ts';

/** Longest id that is looked up, in characters. */
const ID_MAX = 500;

/** The news of a mail in a delivery report (RFC 3464). */
export interface DeliveryReport {
  /** Envelope id of the mail it is about (RFC 3461, 4.4); null when the report names none. */
  envelopeId: string | null;
  /** Message-ID with angle brackets, from the headers that came back; null when there were none. */
  messageId: string | null;
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** The server that the report speaks of; null when it names none. */
  server: string | null;
  /** The server's words, or the status code when it gave none. */
  answer: string;
}

const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;

/**
 * Reads a delivery report from the bytes of a message. Null for any other message: an answer of a person, an
 * out-of-office note.
 */
export async function readDeliveryReport(bytes: Buffer): Promise<DeliveryReport | null> {
  const { attachments } = await simpleParser(bytes, { keepDeliveryStatus: true });
  const status = attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  if (status === undefined) return null;
  const [perMessage, ...perRecipient] = readFieldGroups(status.content.toString('utf8'));
  const recipient = perRecipient.find((fields) => isAction(fields.get('action')));
  const action = recipient?.get('action')?.toLowerCase();
  const returned = attachments.find(({ contentType }) =>
    ['message/rfc822', 'text/rfc822-headers'].includes(contentType),
  );
  const envelopeId = storable(perMessage?.get('original-envelope-id') ?? '').slice(0, ID_MAX) || null;
  const headers = storable(returned?.content.toString('utf8') ?? '');
  const messageId = /^message-id:[ \t]*(<[^<>\s]+>)/im.exec(headers)?.[1]?.slice(0, ID_MAX) ?? null;
  if (recipient === undefined || !isAction(action) || (envelopeId ?? messageId) === null) return null;
  return {
    envelopeId,
    messageId,
    action,
    server: withoutType(recipient.get('remote-mta')) ?? withoutType(perMessage?.get('reporting-mta')),
    answer:
      withoutType(recipient.get('diagnostic-code')) ?? recipient.get('status') ?? 'no words were reported',
  };
}

function isAction(text: string | undefined): text is DeliveryReport['action'] {
  return ACTIONS.some((action) => action === text?.toLowerCase());
}

/** Groups of fields, with names in lower case and folded lines made one. Groups are parted by empty lines. */
function readFieldGroups(text: string): Map<string, string>[] {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\n+/)
    .map(
      (group) =>
        new Map(
          [...group.matchAll(/^([A-Za-z-]+):[ \t]*(.*)$/gm)].map(([, name = '', value = '']) => [
            name.toLowerCase(),
            value.trim(),
          ]),
        ),
    )
    .filter(({ size }) => size > 0);
}

/** `smtp; 550 no such user` without the type before the semicolon. */
function withoutType(value: string | undefined): string | null {
  return value === undefined ? null : value.replace(/^[A-Za-z0-9-]+;\s*/, '');
}
