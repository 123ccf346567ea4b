/** Sentences of the letter to the bank. Each is written only when its records are there. */
export const disputeLetter = {
  paid: 'Order {order}: {amount} were charged on {at} for one period of the {plan} plan.',
  card: 'The card is {card}, as the payment service shows it.',
  ordered_by: 'The order was placed from the account of {name}, who signs in as {login}.',
  charged_by_consent:
    'The charge was made to the card that its holder had stored with order {first}, by the consent given there.',
  authenticated: 'The bank authenticated the payment by 3-D Secure (ECI {eci}).',
  authorized: 'The bank authorized the payment under code {code}.',
  order_address: 'The order came from the internet address {ip}.',
  address_confirmed: 'The holder of the account had confirmed the address {login} on {at}.',
  earlier_payments:
    'The same person made {count, plural, one {# earlier payment} other {# earlier payments}} that nobody disputed, the newest of them order {order} on {at}.',
  agreed:
    'The terms were accepted on {at} with the button “{button}”; the text is kept word for word (SHA-256 {hash}).',
  policy_shown: 'The refund policy, version {version}, was part of what was shown and accepted on {at}.',
  card_consent: 'The consent to keep the card and charge later periods was given on {at} (SHA-256 {hash}).',
  renewal_announced: 'The charge was announced by an email to {to} on {at}.',
  receipt_sent: 'The receipt went by email to {to} on {at}, and the mail server took it.',
  terms_sent: 'The accepted terms went by email to {to} on {at}, and the mail server took them.',
  period: 'The payment bought the time from {from} to {until} (receipt {number}).',
  signed_in:
    'In that time the account was signed in to {count, plural, one {once, on {first}} other {# times, from {first} to {last}}}.',
  used: 'In that time there were {count, plural, one {# session} other {# sessions}} with {time} of proven use, from {first} to {last}.',
  used_by_others:
    'Of these, {count, plural, =0 {none was} one {# session was} other {# sessions were}} of {name}, with {time} of proven use; the others were of colleagues in the same account.',
  no_faults: 'In that time no workspace failed to start.',
  used_after_cancellation:
    'After the cancellation of {cancelled} there {count, plural, one {was # further session} other {were # further sessions}}, the last use on {last}.',
  not_cancelled: 'When the order was placed on {at}, no cancellation stood.',
  cancelled_at: 'The subscription was cancelled on {at}.',
  refunded: '{amount} were refunded, the last part on {at}.',
  no_refund_promised: 'No refund of this payment was made or promised.',
  other_order: 'Order {order} is another purchase.',
  other_period: 'Order {order} is another purchase: it bought the time from {from} to {until}.',
  only_payment: 'Within three days of order {order} there was no other payment.',
  amount_agreed: 'The button “{button}” named the amount, and {amount} were ordered and charged.',
  legal_invoice: 'The e-invoice has the number {number} and the ETTN {ettn}.',
  filed_late: 'The payment was charged on {at}, and the dispute was processed on {day} only.',
  claim_contradicts:
    'The claim reads: “{claim}”. That somebody else made the payment is a claim of fraud, which this reason excludes.',
};
