import { z } from 'zod';
import { field, maybeText, text, time } from '../../record-fields.ts';
import { orderDocumentKinds } from '../../legal/queries.ts';
import { customerTypes } from '../queries.ts';
import { boxNames } from './compose-terms.ts';

/** The texts that were accepted with an order, as the bundle has them. */
export const termsRecord = z.strictObject({
  accepted_at: time('When the buyer pressed the button.'),
  customer_type: field(
    z.enum(customerTypes),
    'company: buys for commercial or professional purposes; consumer: has the rights of consumers.',
  ),
  locale: field(z.enum(['tr', 'en']), 'Language in which the texts were shown.'),
  documents: field(
    z.array(
      z.strictObject({
        kind: field(z.enum(orderDocumentKinds), 'Which text.'),
        version: text('Version of the text before it was filled with the numbers of the order.'),
        locale: field(z.enum(['tr', 'en']), 'Its language.'),
        content_sha256: text('SHA-256 of that text before it was filled.'),
      }),
    ),
    'The texts that were filled. Each is published at /legal/<kind>/<version>/<locale>.txt.',
  ),
  text: text('Everything that was shown and accepted, word for word: texts, boxes, button.', {
    sql: 'order_consents.terms_text',
  }),
  text_sha256: text('SHA-256 of the bytes of that text in UTF-8.'),
  html_sha256: text('SHA-256 of the texts as the page had them, which is kept as well.'),
  boxes: field(
    z.array(
      z.strictObject({
        name: field(z.enum(boxNames), 'Which box.'),
        wording: text('The words beside it.'),
      }),
    ),
    'The boxes that the buyer ticked; all of them were needed.',
  ),
  button: text('The words on the button that was pressed.'),
  ip_address: maybeText('Address of the device that accepted; null when a colleague of the person ordered.'),
  user_agent: maybeText('Browser that accepted; null when a colleague of the person ordered.'),
  browser_session: maybeText(
    'SHA-256 of the browser session, as in workspace sessions; null when a colleague of the person ordered.',
  ),
  request_id: text('Number of the request; its audit records bear the same.'),
});
