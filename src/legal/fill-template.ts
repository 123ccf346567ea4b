/** The words in double braces that the texts of an order may have. */
export const orderPlaceholders = [
  'seller_name',
  'seller_address',
  'seller_phone',
  'seller_email',
  'seller_tax',
  'buyer_name',
  'buyer_address',
  'buyer_phone',
  'buyer_tax',
  'ordered_by',
  'account',
  'item',
  'limits',
  'period',
  'total',
  'tax',
  'tax_percent',
  'currency',
  'price_basis',
  'log_key',
] as const;
export type OrderPlaceholder = (typeof orderPlaceholders)[number];

/**
 * A text with every `{{placeholder}}` replaced, in one pass, so that a value is never read as a placeholder.
 * Values are put on one line: none can begin a heading or a list of its own. Throws for an unknown one.
 */
export function fillTemplate(body: string, values: Record<OrderPlaceholder, string>): string {
  return body.replaceAll(/\{\{(\w*)\}\}/g, (_found, name: string) => {
    const known = orderPlaceholders.find((placeholder) => placeholder === name);
    if (known === undefined) throw new Error(`Bug! A text has the unknown placeholder ${name}`);
    return values[known].replaceAll(/\s+/g, ' ').trim();
  });
}
