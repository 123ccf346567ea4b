import type { ConsoleMessage } from 'playwright-core';

/**
 * The text of an error that a page has in the browser's console; null for any other message, and for what
 * Chromium loads again because tests of sandboxes, which run at the same time, make network interfaces.
 */
export function consoleError(message: ConsoleMessage): string | null {
  const text = message.text();
  return message.type() === 'error' && !text.includes('net::ERR_NETWORK_CHANGED') ? text : null;
}
