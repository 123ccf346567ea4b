/**
 * Reports use of an open workspace. Use is a key, a press or a movement on a page that the person can see: a
 * tab in the background, or one that is merely left open, reports nothing. The server decides what counts;
 * this page only repeats the server's answer.
 */

const SIGNS_OF_USE = ['pointerdown', 'pointermove', 'keydown', 'wheel'];

function watch(screen) {
  const { dataset } = screen;
  const reportEveryMs = Number(dataset.reportSeconds) * 1000;
  const idleMs = Number(dataset.idleMinutes) * 60_000;
  const clockOffsetMs = new Date(dataset.now).getTime() - Date.now();
  const state = {
    sessionId: dataset.workspaceSession,
    startedAt: new Date(dataset.startedAt).getTime(),
    lastUseAt: Date.now(),
    reportedAt: Date.now(),
    isUsed: false,
    isSending: false,
    isOver: false,
  };

  async function report() {
    state.isUsed = false;
    state.isSending = true;
    // Also after a failure: a server in trouble is not asked more often.
    state.reportedAt = Date.now();
    try {
      await read(await send(dataset, state.sessionId), state.lastUseAt);
    } catch {
      say(dataset.textOffline);
    } finally {
      state.isSending = false;
    }
  }

  async function read(response, usedAt) {
    if (response.status === 204) {
      say('');
      showUse(usedAt);
    } else if (response.ok) {
      const restarted = await response.json();
      state.sessionId = String(restarted.sessionId);
      state.startedAt = new Date(restarted.startedAt).getTime();
      say(dataset.textRestarted);
      showTime('started', state.startedAt);
      showUse(usedAt);
    } else if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      end();
    } else {
      say(dataset.textOffline);
    }
  }

  function onUse() {
    if (state.isOver || document.visibilityState !== 'visible') return;
    state.lastUseAt = Date.now();
    state.isUsed = true;
    reportWhenDue();
  }

  function reportWhenDue() {
    if (state.isOver || state.isSending || !state.isUsed) return;
    if (Date.now() - state.reportedAt >= reportEveryMs) void report();
  }

  function onTick() {
    if (state.isOver) return;
    reportWhenDue();
    if (Date.now() - state.lastUseAt > idleMs) say(dataset.textPaused);
    else showTimer();
  }

  function end() {
    state.isOver = true;
    clearInterval(ticking);
    for (const sign of SIGNS_OF_USE) document.removeEventListener(sign, onUse);
    say(dataset.textEnded);
    screen.toggleAttribute('data-over', true);
  }

  function say(text) {
    const live = screen.querySelector('[data-live]');
    if (live.textContent !== text) live.textContent = text;
  }

  function showTimer() {
    const seconds = Math.max(0, Math.floor((Date.now() + clockOffsetMs - state.startedAt) / 1000));
    const digits = (value) => String(value).padStart(2, '0');
    screen.querySelector('[data-timer]').textContent =
      `${Math.floor(seconds / 3600)}:${digits(Math.floor((seconds % 3600) / 60))}:${digits(seconds % 60)}`;
  }

  function showUse(usedAt) {
    showTime('last', usedAt + clockOffsetMs);
    showTime('idle', usedAt + clockOffsetMs + idleMs);
  }

  // The page shows Istanbul time, like the rest of the product.
  function showTime(name, at) {
    const time = screen.querySelector(`[data-${name}]`);
    time.dateTime = new Date(at).toISOString();
    time.textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, {
      timeStyle: 'medium',
      timeZone: 'Europe/Istanbul',
    });
  }

  for (const sign of SIGNS_OF_USE) document.addEventListener(sign, onUse, { passive: true });
  document.addEventListener('visibilitychange', () => {
    // Use from before the tab went to the background is too old to report when the tab comes back.
    state.isUsed = false;
  });
  const ticking = setInterval(onTick, 1000);
  for (const form of screen.querySelectorAll('[data-without-script]')) form.hidden = true;
}

function send(dataset, sessionId) {
  return fetch(dataset.activityUrl, {
    method: 'POST',
    headers: { 'x-csrf-token': dataset.formToken, accept: 'application/json' },
    body: new URLSearchParams({ sessionId }),
    credentials: 'same-origin',
    redirect: 'error',
    signal: AbortSignal.timeout(15_000),
  });
}

document.querySelectorAll('[data-workspace-session]').forEach(watch);
