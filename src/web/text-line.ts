/**
 * A character that shows nothing or moves its neighbours: control, private, half of a character, separator of
 * lines, and what Unicode calls ignorable (UAX #44, Default_Ignorable_Code_Point), which holds every mark
 * that turns the reading direction. The blank of Braille is empty ink and not in that list.
 */
const INVISIBLE = /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/u;

/**
 * Scripts in which a joiner changes how its neighbours look (UAX #31, section 2.3). In others, as ours, it
 * shows nothing.
 */
const JOINED = (
  'Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer ' +
  'Myanmar Tibetan'
)
  .split(' ')
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');

/**
 * A joiner between two letters of such a script, as Persian and Indic names need it, or between the signs of
 * an emoji.
 */
const JOINER = new RegExp(
  `(?<=[${JOINED}])[\\u200C\\u200D](?=[${JOINED}])|` +
    '(?<=[\\p{Extended_Pictographic}\\p{EMod}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
  'gu',
);

/**
 * A variation selector behind its character: Japanese names, coloured emoji and keycaps bear it (UTS #37, UTS
 * #51).
 */
const VARIANT =
  /(?<=[\p{Script=Han}\p{Extended_Pictographic}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]|(?<=[\d#*])\uFE0F(?=\u20E3)/gu;

/** A heap of marks covers the lines above and below; no script stacks more than four behind one letter. */
const HEAP_OF_MARKS = /\p{M}{5}/u;

/**
 * The line as it is stored: letters composed (NFC), one plain blank for each run of blanks, none at the ends.
 */
export function composeLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Zs}\t]+/gu, ' ')
    .trim();
}

/**
 * Whether others can read the line and know what they see: a letter or a digit is in it, nothing invisible,
 * nothing that turns the reading direction. Names in every script pass, right-to-left ones too: their letters
 * carry the direction themselves.
 */
export function isReadableLine(line: string): boolean {
  const visible = line.replace(VARIANT, '').replace(JOINER, '');
  return (
    /[\p{L}\p{N}]/u.test(visible) &&
    !INVISIBLE.test(visible) &&
    !HEAP_OF_MARKS.test(visible) &&
    !/^\p{M}/u.test(visible)
  );
}

/** The same for text of several lines, as a reason. */
export function isReadableText(text: string): boolean {
  return isReadableLine(text.replace(/[\n\t]/g, ' '));
}
