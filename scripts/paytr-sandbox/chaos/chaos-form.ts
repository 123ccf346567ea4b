import { type Html, html } from '../html.ts';
import type { SandboxTexts } from '../texts.ts';
import type { Chaos } from './chaos.ts';

/** The panel's form that begins and ends a bad day. `refusedSeed` is what was typed and cannot be a seed. */
export function chaosForm(texts: SandboxTexts, chaos: Chaos | undefined, refusedSeed?: string): Html {
  return html`<section aria-labelledby="chaos">
    <h2 id="chaos">${texts.chaos}</h2>
    <p>${texts.chaosExplanation}</p>
    ${chaos && html`<p><strong>${texts.chaosOn}</strong> <code>${chaos.seed}</code></p>`}
    <form method="post" action="/sandbox/chaos">
      <label for="seed">${texts.chaosSeed}</label>
      <input
        id="seed"
        name="seed"
        inputmode="numeric"
        size="9"
        value="${refusedSeed ?? String(chaos?.seed ?? 1)}"
        ${refusedSeed !== undefined && html`aria-invalid="true" aria-describedby="seed-fault"`}
      />
      ${refusedSeed !== undefined && html`<p class="fault" id="seed-fault" role="alert">${texts.fault_seed}</p>`}
      <button type="submit">${texts.chaosBegin}</button>
      ${chaos && html`<button type="submit" name="stop" value="1">${texts.chaosStop}</button>`}
    </form>
  </section>`;
}
