import Bowser from 'bowser';

/** Longest user agent that is looked at, in characters: anybody can send a long one. */
const LOOKED_AT_MAX = 500;

/**
 * The browser and the system that a user agent names, as "Firefox, Windows". Versions are left out, so that
 * an update is no other browser. Null when it names neither.
 */
export function browserName(userAgent: string | null): string | null {
  const text = userAgent?.slice(0, LOOKED_AT_MAX) ?? '';
  // The library throws on an empty text.
  if (text.trim() === '') return null;
  const { browser, os } = Bowser.parse(text);
  const parts = [browser.name, os.name].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? null : parts.join(', ');
}
