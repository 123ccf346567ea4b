/* global self */
import { say, verifyBundle } from '../../../src/transparency/verifier/verify.mjs';

/* Verifies in the background what the page hands over, and says how far it is. Asks no server. */

self.addEventListener('message', ({ data: { file, policy, lang } }) => {
  void answer(file, policy, lang);
});

async function answer(file, policy, lang) {
  try {
    const { code, verdict, notes } = await verifyBundle(linesOf(file), { policy });
    self.postMessage({ code, lines: [verdict, ...notes].map((message) => say(lang, ...message)) });
  } catch (error) {
    self.postMessage({ code: 1, lines: [String(error)] });
  }
}

/** The lines of a file, which is never whole in memory. */
async function* linesOf(file) {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  let read = 0;
  const reader = file.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const [first, ...lines] = decoder.decode(part.value, { stream: true }).split('\n');
    rest += first;
    for (const line of lines) {
      yield rest;
      rest = line;
    }
    read += part.value.length;
    self.postMessage({ read });
  }
  yield rest + decoder.decode();
}
