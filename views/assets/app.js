/** Enhances pages that already work without script. Nothing here decides anything. */

/** Disables a form's buttons once it is sent, so that a double click does not send it twice. */
function sendOnce(form) {
  form.addEventListener('submit', () => {
    if (!form.checkValidity()) return;
    // After the event, so that the pressed button's own name and value are still sent.
    setTimeout(() => setSent(form, true), 0);
  });
}

function setSent(form, sent) {
  if (sent) form.setAttribute('aria-busy', 'true');
  else form.removeAttribute('aria-busy');
  for (const button of form.querySelectorAll('button[type="submit"]')) button.disabled = sent;
}

/** Copies the text of the element named by data-copy, and says so in the button for two seconds. */
function copyOnClick(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener('click', async () => {
    const source = document.getElementById(button.dataset.copy);
    if (!source) return;
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    const label = button.querySelector('[data-copy-label]') ?? button;
    const before = label.textContent;
    label.textContent = button.dataset.copied ?? before;
    setTimeout(() => (label.textContent = before), 2000);
  });
}

/** Closes open menus on Escape (focus goes back to the opener) and on a press elsewhere. */
function closeMenus() {
  const open = () => document.querySelectorAll('details[data-menu][open]');
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector('summary')?.focus();
    }
  });
  document.addEventListener('pointerdown', (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

/** A page shows Istanbul time; readers elsewhere get their own time on hover. */
function addLocalTime(time) {
  if (time.title || Intl.DateTimeFormat().resolvedOptions().timeZone === 'Europe/Istanbul') return;
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  time.title = moment.toLocaleString(document.documentElement.lang, {
    dateStyle: 'medium',
    timeStyle: 'long',
  });
}

/**
 * A printed page says when it was printed, and unfolds what is folded; after printing the page is as before.
 */
function preparePrint() {
  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('main details:not([open])')];
    for (const details of opened) details.open = true;
    const time = document.querySelector('time[data-printed]');
    if (!time) return;
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleString(document.documentElement.lang === 'tr' ? 'tr-TR' : 'en-GB', {
      dateStyle: 'medium',
      timeStyle: 'short',
      timeZone: 'Europe/Istanbul',
    });
  });
  window.addEventListener('afterprint', () => {
    for (const details of opened) details.open = false;
  });
}

document.querySelectorAll('form[data-once]').forEach(sendOnce);
preparePrint();
document.querySelectorAll('button[data-copy]').forEach(copyOnClick);
document.querySelectorAll('button[data-print]').forEach((button) => {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
});
document.querySelectorAll('time[datetime]').forEach(addLocalTime);
document.querySelector('[data-focus]')?.focus();
closeMenus();

// A page brought back from the back-forward cache must have working buttons again.
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  document.querySelectorAll('form[data-once]').forEach((form) => setSent(form, false));
});
