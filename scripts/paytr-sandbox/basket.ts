/** A row of the order as the payer sees it. The price is for one piece, in major units with a dot. */
export interface SandboxBasketRow {
  name: string;
  unitPrice: string;
  quantity: number;
}

/**
 * Reads `user_basket`: base64 of UTF-8 JSON rows `[name, "29.00", 1]`. Undefined for anything else: a price
 * that is a number, a row that is an object, plain JSON without base64. Source: PayTR's samples, iFrame API
 * step 1.
 */
export function readBasket(text: string): SandboxBasketRow[] | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) return undefined;
  const rows = parseJson(bytes.toString('utf8'));
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  const read = rows.map(readRow);
  return read.every((row) => row !== undefined) ? read : undefined;
}

function readRow(row: unknown): SandboxBasketRow | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [name, unitPrice, quantity] = row as unknown[];
  if (typeof name !== 'string' || name.trim() === '') return undefined;
  if (typeof unitPrice !== 'string' || !/^\d+(\.\d{1,2})?$/.test(unitPrice)) return undefined;
  if (typeof quantity !== 'number' || !Number.isSafeInteger(quantity) || quantity < 1) return undefined;
  return { name, unitPrice, quantity };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
