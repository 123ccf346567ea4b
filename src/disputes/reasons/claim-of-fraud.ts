/** Sentences that say that somebody else paid, in either language. */
const SOMEBODY_ELSE = [
  /(ödeme|işlem|alışveriş|harcama|sipariş)\S*(\s+\S+){0,3}\s+(yapmad[ıi]m|vermedim)/,
  /kart\S*(\s+\S+){0,3}\s+çal[ıi]n(d[ıi]|m[ıi]ş)/,
  /bilgim\S*\s+d[ıi]ş[ıi]nda/,
  /\bcard\b.*\bstolen\b/,
  /\bunauthori[sz]ed (payment|charge|transaction|purchase|use of my card)/,
  /\b(payment|charge|transaction|purchase|order)\b.*\bnot (made|placed|authori[sz]ed) by me\b/,
  /\b(did not|didn['’]t|never) (make|made|place|placed|authori[sz]ed?) (this|the|that|any) (payment|charge|transaction|purchase|order)\b/,
];

/** A sentence with one of these is about something else, or says the contrary. */
const ABOUT_OTHERS = /iptal|iade|itiraz|cancel|refund|dispute|\bnot (been )?stolen|n['’]t (been )?stolen/;

/** A longer one would fill the letter. */
const QUOTE_MAX = 240;

/**
 * The sentence of a claim that says that somebody else paid, word for word, so that a letter can quote it.
 * Null when there is none: what a customer only seems to say is not held against them.
 */
export function claimOfFraud(claim: string | null | undefined): string | null {
  const sentences = (claim ?? '').split(/[.!?;\n]+/).map((text) => text.trim());
  const found = sentences.find((text) =>
    [text.toLowerCase(), text.toLocaleLowerCase('tr')].some(
      (lower) => !ABOUT_OTHERS.test(lower) && SOMEBODY_ELSE.some((pattern) => pattern.test(lower)),
    ),
  );
  return found === undefined || found.length > QUOTE_MAX ? null : found;
}
