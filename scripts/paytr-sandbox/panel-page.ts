import { chaosForm } from './chaos/chaos-form.ts';
import { type Html, html } from './html.ts';
import { layout, showAmount } from './pages.ts';
import { SANDBOX_TEXTS, type SandboxTexts } from './texts.ts';
import type { SandboxState } from './sandbox-state.ts';
import { type Transaction, isAcknowledged } from './transactions.ts';

/**
 * The merchant panel's İşlemler > Detay: each payment, its state, and the last answer of the merchant's
 * server.
 */
export function panelPage(
  lang: 'tr' | 'en',
  state: SandboxState,
  refused: { refund?: string; seed?: string } = {},
): string {
  const texts = SANDBOX_TEXTS[lang];
  const callbackUrl = state.callbackUrl();
  const newestFirst = [...state.transactions].reverse();
  return layout(
    lang,
    texts.panelTitle,
    html`<main class="panel">
      <p class="notice"><strong>${texts.testNotice}</strong> ${texts.testExplanation}</p>
      <h1>${texts.panelTitle}</h1>
      ${
        refused.refund !== undefined &&
        html`<p class="fault" role="alert">${texts.refundRefused}: ${refused.refund}</p>`
      }
      <p>${texts.panelExplanation} <code>${callbackUrl || texts.noCallbackUrl}</code></p>
      ${chaosForm(texts, state.chaos, refused.seed)}
      ${
        newestFirst.length === 0
          ? html`<p class="muted">${texts.none}</p>`
          : transactionTable(lang, texts, newestFirst)
      }
    </main>`,
  );
}

function transactionTable(
  lang: 'tr' | 'en',
  texts: SandboxTexts,
  transactions: readonly Transaction[],
): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">${texts.orderNumber}</th>
          <th scope="col">${texts.createdAt}</th>
          <th scope="col" class="number">${texts.amount}</th>
          <th scope="col">${texts.state}</th>
          <th scope="col" class="number">${texts.attempts}</th>
          <th scope="col">${texts.lastAnswer}</th>
          <th scope="col">${texts.refunds}</th>
        </tr>
      </thead>
      <tbody>
        ${transactions.map((transaction) => transactionRow(lang, texts, transaction))}
      </tbody>
    </table>
  </div>`;
}

function transactionRow(lang: 'tr' | 'en', texts: SandboxTexts, transaction: Transaction): Html {
  const [tone, label] = stateOf(transaction, texts);
  return html`<tr>
    <td>
      <code>${transaction.merchantOid}</code>
      ${transaction.testMode && html`<span class="badge">${texts.test}</span>`}
    </td>
    <td><time>${transaction.createdAt.toISOString()}</time></td>
    <td class="number">${showAmount(lang, transaction.amountMinor, transaction.currency)}</td>
    <td><span class="badge ${tone}">${label}</span> ${failure(transaction)}</td>
    <td class="number">${transaction.deliveries.length}</td>
    <td>
      ${lastAnswer(transaction, texts)}
      ${
        transaction.outcome &&
        html`<form method="post" action="/islem/${transaction.merchantOid}/tekrar">
          <button type="submit">${texts.sendAgain}</button>
        </form>`
      }
    </td>
    <td>${refunds(lang, transaction, texts)}</td>
  </tr>`;
}

/** The money given back, and PayTR's İade button. */
function refunds(lang: 'tr' | 'en', transaction: Transaction, texts: SandboxTexts): Html | undefined {
  if (transaction.outcome?.status !== 'success') return undefined;
  const { merchantOid, currency } = transaction;
  return html`${transaction.refunds.map(
      ({ amountMinor, reference }) =>
        html`<p>
          ${showAmount(lang, amountMinor, currency)} <code>${reference || texts.refundedHere}</code>
        </p>`,
    )}
    <form method="post" action="/islem/${merchantOid}/iade">
      <input
        name="amount"
        inputmode="decimal"
        size="8"
        required
        aria-label="${texts.refundAmount}"
        placeholder="20.50"
      />
      <button type="submit">${texts.refund}</button>
    </form>`;
}

function stateOf(transaction: Transaction, texts: SandboxTexts): [string, string] {
  if (!transaction.outcome) return ['waiting', texts.stateWaiting];
  // As in the real panel, a payment whose notification was not answered OK has not ended.
  if (!isAcknowledged(transaction)) return ['waiting', texts.stateInProgress];
  return transaction.outcome.status === 'success' ? ['good', texts.stateSuccess] : ['bad', texts.stateFailed];
}

function failure(transaction: Transaction): Html | undefined {
  if (transaction.outcome?.status !== 'failed') return undefined;
  const { reasonCode, reasonMessage } = transaction.outcome;
  return html`<span class="muted">${reasonCode}: ${reasonMessage}</span>`;
}

function lastAnswer(transaction: Transaction, texts: SandboxTexts): Html | undefined {
  const last = transaction.deliveries.at(-1);
  if (!last) return undefined;
  if (last.status === null) return html`<p class="fault">${texts.noAnswer}: ${last.error}</p>`;
  return html`<p class="muted">${last.status} ${last.contentType}</p>
    <pre>${last.body || texts.emptyAnswer}</pre>`;
}
