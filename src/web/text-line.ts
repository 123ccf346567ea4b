/**
 * A character that shows nothing or moves its neighbours: control, private use, lone surrogate, line
 * separator, and Unicode's ignorable characters (UAX #44, Default_Ignorable_Code_Point), which include every
 * mark that turns the reading direction. The Braille blank is not in that list.
 */
const INVISIBLE = /[\p{Cc}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\uFFF9-\uFFFB]/u;

/**
 * Scripts in which a joiner changes how its neighbours look (UAX #31, section 2.3). In other scripts, as
 * ours, a joiner shows nothing.
 */
const JOINED = (
  'Arabic Syriac Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer ' +
  'Myanmar Tibetan'
)
  .split(' ')
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');

/**
 * A joiner between two letters of such a script, as in Persian and Indic names, or between the signs of an
 * emoji.
 */
const JOINER = new RegExp(
  `(?<=[${JOINED}])[\\u200C\\u200D](?=[${JOINED}])|` +
    '(?<=[\\p{Extended_Pictographic}\\p{EMod}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
  'gu',
);

/**
 * A variation selector behind its character, as in Japanese names, coloured emoji and keycaps (UTS #37, UTS
 * #51).
 */
const VARIANT =
  /(?<=[\p{Script=Han}\p{Extended_Pictographic}])[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]|(?<=[\d#*])\uFE0F(?=\u20E3)/gu;

/** A pile of marks covers the lines above and below. No script stacks more than four behind one letter. */
const HEAP_OF_MARKS = /\p{M}{5}/u;

/**
 * The line in its stored form: letters composed (NFC), one plain space for each run of blanks, none at the
 * ends.
 */
export function composeLine(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{Zs}\t]+/gu, ' ')
    .trim();
}

/**
 * Whether a reader can see and recognise the line: it has a letter or a digit, nothing invisible, and nothing
 * that turns the reading direction. Names in every script pass, right-to-left ones too, since their letters
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

/** Whether a text of several lines, such as a reason, is readable by the same rule. */
export function isReadableText(text: string): boolean {
  return isReadableLine(text.replace(/[\n\t]/g, ' '));
}
