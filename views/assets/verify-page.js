/**
 * Verifies an evidence file in the browser: the file goes to a worker of this page and nowhere else. Says the same
 * words as the program verify.mjs, since the worker runs that file.
 */

const form = document.querySelector('[data-verify]');
const drop = form.querySelector('[data-verify-drop]');
const [bundle, policy] = ['bundle', 'policy'].map((name) => form.elements.namedItem(name));
const progress = form.querySelector('progress');
const box = document.querySelector('[data-verify-result]');
let worker = null;

form.hidden = false;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});

for (const type of ['dragover', 'dragleave', 'drop'])
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.toggleAttribute('data-over', type === 'dragover');
    if (type !== 'drop' || event.dataTransfer.files.length === 0) return;
    bundle.files = event.dataTransfer.files;
    void start();
  });

async function start() {
  const [file] = bundle.files;
  if (file === undefined) return;
  worker?.terminate();
  worker = new Worker(form.dataset.verify, { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    if (data.read === undefined) finish(data);
    else show(data.read, file.size);
  });
  worker.addEventListener('error', () => finish({ code: 1, lines: [form.dataset.failed] }));
  box.hidden = true;
  show(0, file.size);
  const text = policy.files.length > 0 ? await policy.files[0].text() : undefined;
  worker.postMessage({ file, policy: text, lang: document.documentElement.lang });
}

function show(read, size) {
  progress.hidden = false;
  // All is read: how long the rest takes is not known.
  if (read < size) progress.value = read / size;
  else progress.removeAttribute('value');
}

function finish({ code, lines }) {
  progress.hidden = true;
  worker.terminate();
  const [verdict, ...notes] = lines;
  box.dataset.code = String(code);
  box.querySelector('[data-verdict]').textContent = verdict;
  box
    .querySelector('[data-notes]')
    .replaceChildren(
      ...notes.map((note) => Object.assign(document.createElement('li'), { textContent: note })),
    );
  box.hidden = false;
  box.focus();
}
