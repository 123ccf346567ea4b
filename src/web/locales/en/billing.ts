/** Billing: plan and payments, the checkout, what the gateway came back with, invoices, the receipt mail. */
export const billing = {
  title: 'Billing',
  subtitle: 'Your company’s plan, payments and invoices.',
  subtitleMember: 'Your company’s plan and how much of it is used.',

  planInForce: 'Plan',
  state_trial: 'Trial',
  state_active: 'Active',
  state_lapsed: 'Ended',
  trialUntil: 'Trial until',
  paidUntil: 'Paid until',
  endedOn: 'Ended on',
  left: '{left} left',
  left_day: '{count, plural, one {# day} other {# days}}',
  left_hour: '{count, plural, one {# hour} other {# hours}}',
  left_minute: '{count, plural, one {# minute} other {# minutes}}',
  ending_trial: 'Your trial ends in {left}',
  ending_active: 'Your company’s paid time ends in {left}',
  endingAdmin:
    'It ends on {date}. After that, workspaces stop and cannot be opened until you pay for a plan. Everything in them is kept.',
  endingMember:
    'It ends on {date}. After that, workspaces stop and cannot be opened until a plan is paid for. Everything in them is kept. Ask an administrator of your company to choose a plan.',
  bannerAction: 'Choose a plan',
  askAdminTitle: 'Administrators buy the plan',
  askAdminText: 'To change the plan or to see payments and invoices, ask an administrator of your company.',
  usage: 'Usage',
  usageWorkspaces: 'Workspaces',
  usageMembers: 'Team members',
  usageOf: '{used} of {max}',
  usageUnlimited: '{used}, no limit',

  plans: 'Choose a plan',
  plansHint:
    'Prices are for one month and include {percent}% VAT. There is no automatic renewal: you pay only when you choose to.',
  currency: 'Currency',
  buy: 'Buy {plan}',
  addMonth: 'Add one month',
  conversion: 'What is left of {from} ({left}) is converted: it adds {days} of {to} to the month you buy.',
  conversionToNothing:
    'What is left of {from} ({left}) is worth less than a day of {to}: nothing is added to the month you buy.',
  buyable_lower: 'You can buy this plan from {date}, when your paid time ends.',
  buyable_upgrade: 'You can upgrade to this plan from {date}.',
  buyable_ahead: 'You have paid a year ahead. You can add a month from {date}.',
  refused_lower:
    'Your company has paid for a larger plan until {date}. You can buy {plan} from that day on. Nothing was charged.',
  refused_upgrade:
    'Your company has paid for more than a month of a smaller plan. You can upgrade to {plan} from {date}. Nothing was charged.',
  refused_ahead:
    'You can pay for at most {months} months in advance. The next month can be added from {date}. Nothing was charged.',
  currencyNotOffered: 'Choose one of these currencies: {list}. Nothing was charged.',

  payments: 'Payments',
  paymentsEmptyTitle: 'No payments yet',
  paymentsEmptyText: 'Every payment attempt will be listed here with its result.',
  invoices: 'Invoices',
  invoicesEmptyTitle: 'No invoices yet',
  invoicesEmptyText: 'Each successful payment gets its own invoice.',
  orderNo: 'Order number',
  paymentBy: 'Started by',
  invoice: 'Invoice',
  period: 'Period',
  total: 'Total',
  status_pending: 'Waiting for payment',
  status_success: 'Paid',
  status_failed: 'Not paid',
  status_expired: 'Expired',
  status_superseded: 'Replaced',
  status_review: 'Being checked',
  status_refused: 'Form not opened',

  details: 'Billing details',
  detailsHint: 'They appear on your next invoices. Invoices already issued stay as they are.',
  billing_name: 'Company or person on the invoice',
  billing_nameHint: 'Left empty, the invoice is made out to “{company}”.',
  billing_address: 'Address',
  billing_phone: 'Phone',
  billing_tax_office: 'Tax office',
  billing_tax_number: 'Tax or identity number',
  detailsSaved: 'The billing details were saved.',
  detailsMissing: 'No address yet: your next invoice will carry only the company’s name.',
  error_tooLong: 'This is too long (at most {max} characters).',
  error_unreadable: 'This needs a letter or a digit, and no invisible characters.',
  error_phone: 'Enter a phone number such as +90 212 000 00 00.',
  error_taxNumber: 'Enter 5 to 20 digits or letters.',

  checkoutTitle: 'Pay for {plan}',
  checkoutIntro: 'You pay on PayTR’s page below. Your card details go to PayTR only; we never see them.',
  frameTitle: 'PayTR payment form',
  frameTroubleTitle: 'Form not showing, or your bank’s page stays blank?',
  frameTroubleText: 'Open it in a new tab. It is the same payment: pay in one place only.',
  frameOpen: 'Open the payment form in a new tab',
  pageOpenUntil: 'The form is open until {time}.',
  orderSummary: 'Your order',
  orderPlan: 'Plan',
  orderPeriod: 'Service period',
  orderTotal: 'Total, VAT included',
  orderTax: 'Included VAT ({percent}%)',
  orderCurrency: 'Currency',
  orderTestMode: 'Test payment: no real money is taken.',
  orderStartNow: 'The month starts when the payment is confirmed; remaining trial days are not added.',
  orderStartLarger:
    'The month of {plan} starts when the payment is confirmed, and {from} ends then. If you paid now: {conversion}',
  orderStartLater: 'This month follows the time you have already paid for.',
  openingTitle: 'Opening the payment form',
  openingText: 'This takes a few seconds. The page refreshes by itself.',

  pendingTitle: 'Waiting for confirmation',
  pendingText:
    'Your bank or PayTR may still be checking the payment. This page updates by itself when the result arrives.',
  pendingLongTitle: 'The confirmation is taking longer than usual',
  pendingLongText:
    'You can close this page. When the payment is confirmed, your plan starts at once and the invoice is on the Billing page. Please do not pay a second time.',
  closedTitle: 'The payment form has closed',
  closedText:
    'The form was open for 30 minutes. If you have paid, your plan starts as soon as PayTR confirms it. If you have not, you can try again.',
  successTitle: 'Paid. Thank you!',
  successText: '{plan} is paid until {until}. The invoice is on the Billing page.',
  failedTitle: 'The payment did not go through',
  failedNothing: 'Your card was not charged.',
  expiredTitle: 'This payment has expired',
  expiredText: 'PayTR has no charge for this order. You can try again.',
  reviewTitle: 'We are checking this payment',
  reviewText:
    'PayTR has reported a payment that does not match the order. Our team is looking at it and will write to you. Please do not pay a second time.',
  reviewMisfitText:
    'This payment reached us after another one had changed what your company has paid for, and it no longer fits. Your plan has not changed. Our team is looking at it and will write to you. Please do not pay a second time.',
  supersededTitle: 'This payment form is no longer valid',
  supersededText:
    'A newer order of your company has replaced it, or it no longer fits the time your company has paid for. Please do not pay in this form; start again from the Billing page.',
  refusedTitle: 'The payment form could not be opened',
  refusedText:
    'The payment service did not open a form for this order. Your card was not charged. Please try again in a few minutes.',
  refusedAddressTitle: 'The payment form cannot be opened from this network',
  refusedAddressText:
    'The payment service needs a public internet address, and yours could not be determined. Your card was not charged. Please try another connection.',
  refusedQuote: 'If it happens again, write to {email} and quote order {order}.',
  reason_0:
    'Your bank did not approve the payment, for example because of the limit or the balance. Please try another card.',
  reason_1: 'The verification with your bank was not completed. Please try again.',
  reason_2: 'The code from your bank was entered incorrectly. Please try again.',
  reason_3:
    'The payment service could not approve the payment for security reasons. Please try another card or write to us.',
  reason_6: 'The form was closed, or the time ran out, before the payment was complete. You can try again.',
  reason_8: 'This card does not allow instalments. Please pay in full.',
  reason_9: 'This card cannot be used here. Please try another card.',
  reason_10: 'This card needs verification by your bank (3-D Secure). Please try again.',
  reason_11:
    'The payment service could not approve the payment for security reasons. Please write to us before you try again.',
  reason_99: 'The payment service had a technical problem. Please try again later.',
  reason_other:
    'The bank or the payment service did not approve the payment. Please try again or use another card.',
  tryAgain: 'Try again',
  toBilling: 'Go to billing',
  toWorkspaces: 'Go to workspaces',
  toInvoice: 'Show the invoice',

  invoiceTitle: 'Invoice {number}',
  invoiceHeading: 'Invoice',
  invoiceSeller: 'Seller',
  invoiceBuyer: 'Buyer',
  invoiceNo: 'Invoice number',
  invoiceIssued: 'Date of issue',
  invoicePaid: 'Payment date',
  istanbulTime: '{time} (Istanbul)',
  utcTime: '{time} (UTC)',
  invoicePaidBy: 'Payment method',
  invoiceItem: 'Service',
  invoiceItemText: '{plan} plan, one month of cloud workspaces',
  invoiceNet: 'Total before VAT',
  invoiceTax: 'VAT {percent}%',
  invoiceTotal: 'Total paid',
  invoiceSurcharge: 'of which instalment surcharge',
  invoiceMethod: 'Card, through PayTR',
  taxOffice: 'Tax office',
  taxNumber: 'Tax number',
  backToBilling: 'Billing',
  basketItem: 'YouAreCoder {plan}, 1 month',

  receiptSubject: 'Receipt {invoiceNo}: YouAreCoder {plan}, {amount}',
  receiptText: `Hello {name},

We have received your payment. Thank you!

Plan: {plan}
Service period: {from} to {until} (Istanbul time)
Amount: {amount}, VAT included
Invoice number: {invoiceNo}

You can view and print the invoice here (sign in as an administrator):
{link}

If you did not make this payment, please write to {contact}.

{seller}
`,
};
