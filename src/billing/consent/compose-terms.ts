import { hash } from 'node:crypto';
import { parseBlocks, type DocumentBlock } from '../../legal/document-blocks.ts';
import { fillTemplate, type OrderPlaceholder } from '../../legal/fill-template.ts';
import type { LegalDocument, OrderDocumentKind } from '../../legal/queries.ts';
import { escapeHtml } from '../../escape-html.ts';
import type { Format } from '../../web/format.ts';
import type { CustomerType } from '../queries.ts';

/** The boxes of the order page. An order needs every one that stands on its page. */
export const boxNames = ['information', 'contract', 'immediate', 'business'] as const;
export type BoxName = (typeof boxNames)[number];

/** A box as the buyer saw it. */
export interface TermsBox {
  name: BoxName;
  wording: string;
}

/** A template as it was filled. */
export type FilledDocument = Pick<LegalDocument<OrderDocumentKind>, 'kind' | 'version' | 'locale'> & {
  content_sha256: string;
};

/** The words that a buyer is shown before an order, and their hash. */
export interface OrderTerms {
  customerType: CustomerType;
  locale: Format['locale'];
  documents: FilledDocument[];
  /** The filled texts as the page has them. */
  html: string;
  boxes: TermsBox[];
  /** The label of the button that orders; it names the amount. */
  button: string;
  /** Everything together as plain text. */
  text: string;
  /** SHA-256 of that text, in hex: what the page sends back. */
  textSha256: string;
}

const documentsFor = {
  consumer: ['pre-information', 'distance-sales', 'refund-policy'],
  company: ['company-sales', 'refund-policy'],
} as const satisfies Record<CustomerType, OrderDocumentKind[]>;

const boxesFor = {
  consumer: ['information', 'contract', 'immediate'],
  company: ['contract', 'business'],
} as const satisfies Record<CustomerType, BoxName[]>;

const RULE = '\n\n----------\n\n';

/** The texts that a buyer of this kind accepts, in the order in which they are shown. */
export function documentsOf(customerType: CustomerType): readonly OrderDocumentKind[] {
  return documentsFor[customerType];
}

/**
 * The order page's words: the documents filled with the numbers of one order, the boxes and the button. The
 * same order in the same language gives the same text, so its hash tells whether anything has changed.
 */
export function composeTerms(
  { t, locale }: Format,
  input: {
    customerType: CustomerType;
    documents: LegalDocument<OrderDocumentKind>[];
    values: Record<OrderPlaceholder, string>;
  },
): OrderTerms {
  const { customerType, values } = input;
  const boxes = boxesFor[customerType].map((name) => ({
    name,
    wording: t(`consent.box_${customerType}_${name}` as 'consent.box_company_contract', {
      buyer: values.buyer_name,
    }),
  }));
  const button = t('consent.button', { total: values.total });
  const filled = input.documents.map((document) => ({
    ...document,
    edition: t('consent.edition', { version: document.version }),
    body: fillTemplate(document.body, values),
  }));
  const declared = boxes.map(({ wording }) => `[x] ${wording}`).join('\n');
  const text = [
    t('consent.heading', { item: values.item, total: values.total }),
    ...filled.map(({ title, edition, body }) => `${title}\n${edition}\n\n${body.trim()}`),
    `${t('consent.declared')}\n\n${declared}`,
    t('consent.pressed', { button }),
  ].join(RULE);
  return {
    ...{ customerType, locale, boxes, button, text },
    documents: filled.map(({ kind, version, locale: language, content_sha256 }) => ({
      ...{ kind, version, locale: language, content_sha256 },
    })),
    html: filled.map(documentAsHtml).join('\n'),
    textSha256: hash('sha256', text),
  };
}

/** A filled text as the page has it. The scrolling box can be reached by keyboard. */
export function documentAsHtml(document: {
  kind: string;
  locale: string;
  title: string;
  edition: string;
  body: string;
}): string {
  const { kind, locale, title, edition, body } = document;
  const heading = `<h2 id="${kind}-h">${escapeHtml(title)}</h2>`;
  return `<section class="order-document" lang="${locale}" tabindex="0" role="region" aria-labelledby="${kind}-h">
${heading}
<p class="soft small">${escapeHtml(edition)}</p>
${parseBlocks(body).map(blockAsHtml).join('\n')}
</section>`;
}

/** A heading stands below that of its document. */
function blockAsHtml(block: DocumentBlock): string {
  if (block.kind === 'paragraph') return `<p>${escapeHtml(block.text)}</p>`;
  if (block.kind === 'list')
    return `<ul>${block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  const level = String(block.level + 1);
  return `<h${level}>${escapeHtml(block.text)}</h${level}>`;
}
