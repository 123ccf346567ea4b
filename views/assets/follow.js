/**
 * Loads a page again when the state of its workspace has changed. A workspace opens in another tab and takes
 * its time to start, so the page from which it was opened would still say "Closed".
 *
 * The page asks for the state only for a while after a press, while a program starts, and when a person comes
 * back to the tab: a page that is merely open keeps nobody signed in.
 */

const EVERY_MS = 1000;

/** A program has 30 seconds to start, and some are tried again. */
const FOR_MS = 120_000;

const UNDER_WAY = ['starting', 'crashed'];

function follow(shown) {
  const { follow: url, state, session } = shown.dataset;
  const key = `follow:${url}`;
  let isLooking = false;

  const isExpected = () => Date.now() < Number(sessionStorage.getItem(key) ?? 0);
  const expectChange = () => sessionStorage.setItem(key, String(Date.now() + FOR_MS));

  // The workspace that the person pressed for is there.
  if (state === 'running' && session !== '') sessionStorage.removeItem(key);
  const until = UNDER_WAY.includes(state) ? Date.now() + FOR_MS : 0;

  async function look() {
    if (isLooking || isTyping()) return;
    isLooking = true;
    try {
      const now = await ask(url);
      const isOther = session !== undefined && String(now.session_id ?? '') !== session;
      if ((now.state ?? '') !== state || isOther) location.reload();
    } catch {
      // The next look may succeed; somebody who was signed out sees it at the next press.
    } finally {
      isLooking = false;
    }
  }

  setInterval(() => {
    if (isExpected() || Date.now() < until) void look();
  }, EVERY_MS);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look();
  });
  document.addEventListener('submit', ({ target }) => {
    if (target.getAttribute('action') === url.replace(/state$/, 'enter')) expectChange();
  });
}

/** Text that somebody is writing must not be lost. */
function isTyping() {
  return document.activeElement?.matches('input, textarea, select') === true;
}

async function ask(url) {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    credentials: 'same-origin',
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

document.querySelectorAll('[data-follow]').forEach(follow);
