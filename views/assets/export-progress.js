/**
 * Shows how far a download is. The form downloads by itself: the page stays, and asks by the token that the form sent. A
 * token names one download, so each further one gets its own.
 */

const ASK_EVERY_MS = 1000;

/** A download that nobody knows after so long was refused, or its server is away. */
const GIVE_UP_MS = 20_000;

function watch(form) {
  const box = document.querySelector('[data-export-progress]');
  const field = form.elements.namedItem('progress');
  let current = null;

  form.addEventListener('submit', () => {
    if (current !== null) field.value = newToken();
    current = field.value;
    show(box, { state: 'waiting', rows: 0, total: null });
    void follow(current);
  });

  async function follow(token) {
    let heardAt = Date.now();
    while (current === token && Date.now() - heardAt < GIVE_UP_MS) {
      await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
      const progress = await ask(token);
      if (current !== token) return;
      if (progress === null) continue;
      heardAt = Date.now();
      show(box, progress);
      if (progress.state !== 'running') return;
    }
    if (current === token) show(box, { state: 'failed', rows: 0, total: null });
  }
}

/** Null when the server does not know of it, or cannot be reached. */
async function ask(token) {
  try {
    const response = await fetch(`/admin/exports/${encodeURIComponent(token)}/progress`, {
      headers: { accept: 'application/json' },
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function show(box, { state, rows, total }) {
  box.hidden = false;
  box.dataset.state = state;
  const bar = box.querySelector('progress');
  if (state === 'running' && total !== null) {
    // Rows that came after the count make a little more than all.
    bar.max = Math.max(total, rows, 1);
    bar.value = rows;
  } else if (state === 'done') {
    bar.max = 1;
    bar.value = 1;
  } else {
    bar.removeAttribute('value');
  }
  bar.hidden = state === 'failed';
  const text = textOf(box.dataset, { state, rows, total });
  const status = box.querySelector('[role=status]');
  if (status.textContent !== text) status.textContent = text;
}

function textOf(texts, { state, rows, total }) {
  const template = {
    waiting: texts.textWaiting,
    running: total === null ? texts.textCounting : texts.textRows,
    done: texts.textDone,
    failed: texts.textFailed,
  }[state];
  return template.replace('{rows}', number(rows)).replace('{total}', number(total ?? 0));
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang);
}

function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

document.querySelectorAll('[data-export]').forEach(watch);
