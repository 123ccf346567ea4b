import { hash } from 'node:crypto';
import { fillTemplate, type OrderPlaceholder } from '../../legal/fill-template.ts';
import type { cardDocumentKind, LegalDocument } from '../../legal/queries.ts';
import type { Format } from '../../web/format.ts';
import { documentAsHtml } from './compose-terms.ts';

/** The text and the box of the stored card, which a buyer may leave unticked. */
export interface CardTerms {
  /** The template that was filled, and the words beside the box. */
  box: {
    kind: typeof cardDocumentKind;
    version: string;
    locale: Format['locale'];
    content_sha256: string;
    wording: string;
  };
  html: string;
  /** The text and the ticked box together, as plain text. */
  text: string;
  /** SHA-256 of that text, in hex: what the page sends back. */
  textSha256: string;
}

/** Fills the text of the stored card with the numbers of an order, as `composeTerms` does with the others. */
export function composeCardTerms(
  { t, locale }: Format,
  {
    document,
    values,
  }: {
    document: LegalDocument<typeof cardDocumentKind>;
    values: Record<OrderPlaceholder, string>;
  },
): CardTerms {
  const { kind, version, content_sha256, title } = document;
  const edition = t('consent.edition', { version });
  const body = fillTemplate(document.body, values);
  const wording = t('consent.box_card');
  const text = `${title}\n${edition}\n\n${body.trim()}\n\n${t('consent.declared')}\n\n[x] ${wording}`;
  return {
    box: { kind, version, locale: document.locale, content_sha256, wording },
    html: documentAsHtml({ kind, locale, title, edition, body }),
    text,
    textSha256: hash('sha256', text),
  };
}
