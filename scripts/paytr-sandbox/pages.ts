import { type CardFault, type CardForm, groupPan, TEST_CARDS } from './cards.ts';
import { type Html, html } from './html.ts';
import { SANDBOX_TEXTS, type SandboxTexts } from './texts.ts';
import type { Transaction } from './transactions.ts';

type Lang = 'tr' | 'en';

/** A whole page as text. The pages live in the merchant's frame and tell it their height. */
export function layout(lang: Lang, title: string, content: Html): string {
  const page = html`<!doctype html>
    <html lang="${lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${SANDBOX_TEXTS[lang].product}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="/sandbox/style.css" />
        <script src="/sandbox/frame-height.js" defer></script>
      </head>
      <body>
        ${content}
      </body>
    </html>`;
  return page.markup;
}

/** Minor units as the payer reads them: ₺120,50 or $49.00. */
export function showAmount(lang: Lang, amountMinor: number, currency: string): string {
  const code = currency === 'TL' ? 'TRY' : currency;
  const format = new Intl.NumberFormat(lang === 'tr' ? 'tr-TR' : 'en-US', {
    style: 'currency',
    currency: code,
  });
  return format.format(amountMinor / 100);
}

/** The card form. `faults` are shown beside their fields, and the CVV is never shown again. */
export function cardPage(transaction: Transaction, form: CardForm, faults: readonly CardFault[]): string {
  const texts = SANDBOX_TEXTS[transaction.lang];
  return layout(
    transaction.lang,
    texts.cardDetails,
    html`<main class="pay">
      ${testNotice(texts)} ${orderSummary(transaction, texts)}
      <form method="post" class="card-form" novalidate>
        <h2>${texts.cardDetails}</h2>
        ${field('cc_owner', form.cc_owner, faults, texts, 'text')}
        ${field('card_number', form.card_number, faults, texts, 'numeric')}
        <div class="pair">
          ${field('expiry', form.expiry, faults, texts, 'text')}
          ${field('cvv', form.cvv, faults, texts, 'numeric')}
        </div>
        ${transaction.maxInstalments > 1 && instalmentField(transaction, texts)}
        <button type="submit" class="primary">
          ${texts.pay} · ${showAmount(transaction.lang, transaction.amountMinor, transaction.currency)}
        </button>
        <button type="submit" class="quiet" name="outcome" value="give-up">${texts.giveUp}</button>
      </form>
      <details class="test-cards">
        <summary>${texts.testCards}</summary>
        <ul>
          ${TEST_CARDS.map((card) => html`<li><code>${groupPan(card.number)}</code></li>`)}
        </ul>
      </details>
    </main>`,
  );
}

/** The imitation of the bank's 3-D Secure page, where the tester chooses how the payment ends. */
export function securePage(transaction: Transaction): string {
  const texts = SANDBOX_TEXTS[transaction.lang];
  return layout(
    transaction.lang,
    texts.secureTitle,
    html`<main class="pay">
      ${testNotice(texts)}
      <form method="post" class="card-form">
        <h1>${texts.secureTitle}</h1>
        <p>${texts.secureExplanation}</p>
        <dl class="facts">
          <dt>${texts.card}</dt>
          <dd><code>${transaction.card?.maskedPan}</code></dd>
          <dt>${texts.total}</dt>
          <dd>${showAmount(transaction.lang, transaction.amountMinor, transaction.currency)}</dd>
          <dt>${texts.orderNumber}</dt>
          <dd><code>${transaction.merchantOid}</code></dd>
        </dl>
        <button type="submit" class="primary" name="outcome" value="approve">${texts.approve}</button>
        <h2>${texts.otherOutcomes}</h2>
        <div class="outcomes">
          <button type="submit" name="outcome" value="wrong-code">${texts.wrongCode}</button>
          <button type="submit" name="outcome" value="insufficient-funds">${texts.insufficientFunds}</button>
          <button type="submit" name="outcome" value="give-up">${texts.giveUp}</button>
        </div>
      </form>
    </main>`,
  );
}

/** A page without a next step: the payment has ended, or there is no such token. */
export function messagePage(lang: Lang, title: string, explanation: string): string {
  return layout(
    lang,
    title,
    html`<main class="pay">
      ${testNotice(SANDBOX_TEXTS[lang])}
      <h1>${title}</h1>
      <p>${explanation}</p>
    </main>`,
  );
}

function testNotice(texts: SandboxTexts): Html {
  return html`<p class="notice"><strong>${texts.testNotice}</strong> ${texts.testExplanation}</p>`;
}

function orderSummary(transaction: Transaction, texts: SandboxTexts): Html {
  const { lang, currency } = transaction;
  return html`<section class="summary" aria-labelledby="summary">
    <h1 id="summary">${texts.order}</h1>
    <dl class="facts">
      ${transaction.basket.map(
        (row) =>
          html`<dt>${row.name} <span class="muted">× ${row.quantity}</span></dt>
            <dd>${showAmount(lang, Math.round(Number(row.unitPrice) * 100) * row.quantity, currency)}</dd>`,
      )}
      <dt class="total">${texts.total}</dt>
      <dd class="total">${showAmount(lang, transaction.amountMinor, currency)}</dd>
    </dl>
    <p class="muted">${texts.orderNumber}: <code>${transaction.merchantOid}</code></p>
  </section>`;
}

function instalmentField(transaction: Transaction, texts: SandboxTexts): Html {
  const more = Array.from({ length: transaction.maxInstalments - 1 }, (_each, index) => index + 2);
  return html`<div class="field">
    <label for="installment_count">${texts.instalments}</label>
    <select id="installment_count" name="installment_count">
      <option value="1">${texts.singlePayment}</option>
      ${more.map((count) => html`<option value="${count}">${count}</option>`)}
    </select>
  </div>`;
}

function field(
  name: CardFault,
  value: string,
  faults: readonly CardFault[],
  texts: SandboxTexts,
  inputMode: 'text' | 'numeric',
): Html {
  const isFaulty = faults.includes(name);
  return html`<div class="field">
    <label for="${name}">${texts[name]}</label>
    <input
      id="${name}"
      name="${name}"
      value="${value}"
      inputmode="${inputMode}"
      autocomplete="off"
      ${isFaulty && html`aria-invalid="true" aria-describedby="${name}-fault"`}
    />
    ${isFaulty && html`<p class="fault" id="${name}-fault">${texts[`fault_${name}`]}</p>`}
  </div>`;
}
