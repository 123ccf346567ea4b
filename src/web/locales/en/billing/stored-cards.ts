/** The stored card: its form, the billing page, and the mails about its charges. ICU MessageFormat. */
export const storedCards = {
  title: 'Stored card',
  card: 'Card',
  unnamed: 'PayTR has not named it yet',
  since: 'Stored',
  by: 'agreed to by {name}',
  nextCharge: 'Next charge',
  onDay: 'on {date}',
  underWay: 'being charged now',
  notAnnounced: 'A mail names amount and day at least seven days before.',
  off: 'Stored cards are not charged at present: pay by the link of the reminder.',
  chargedByItself:
    'The card {card} is charged on {date}. You need not do anything; removing the card below prevents it.',
  announcedFirst:
    'The stored card is charged for it. A mail names amount and day at least seven days before.',
  removeLink: 'Remove the card',
  leavingTitle: 'The card is being removed',
  leaving:
    'The card is not charged any more. PayTR has not confirmed its removal yet, and is asked again by itself.',
  none: 'No card is stored.',
  endedTitle: 'The card was not charged for the payment that is due',
  'ended_card-removed': 'The card was removed. Please pay by the order page.',
  'ended_card-closed': 'The bank has closed the card. Please pay by the order page.',
  ended_cancelled: 'The subscription was cancelled.',
  'ended_paid-otherwise': 'The month has been paid for already.',
  'ended_plan-changed': 'The plan has changed since the mail. Please pay by the order page.',
  'ended_too-late': 'The days after the paid time are over. Please pay by the order page.',
  ended_declined: 'The bank declined it. Please pay by the order page, also with another card.',
  ended_refused: 'PayTR did not take the charge. Please pay by the order page.',
  ended_unknown:
    'PayTR gave no clear answer, so it is not charged again by itself. Please look at your statement, then pay by the order page.',
  ended_review: 'The charge is being looked at. We will write to you.',

  removeTitle: 'Remove the stored card',
  meansGone: 'PayTR deletes the card, and nothing is charged to it any more.',
  meansLink: 'From then on you pay for each month yourself, by the link of the reminder.',
  meansSubscription: 'The subscription and the time that is paid for stay as they are.',
  storedOn: 'Stored on {date}; agreed to by {name}.',
  removeAction: 'Remove the card',
  removed: 'The card was removed, also at PayTR.',
  cancelRemoves: 'The stored card is removed, also at PayTR.',
  chargeUnderWay:
    'The stored card is being charged for this month, and PayTR has not said yet what became of it. Please look again in an hour: an order now could be paid twice.',

  formIntro:
    'Your card details go from your browser straight to PayTR, which keeps the card. We never see them.',
  formTitle: 'Pay with a card that is kept',
  field_owner: 'Name on the card',
  field_number: 'Card number',
  field_numberHint: 'Digits only, without blanks.',
  field_month: 'Expiry month',
  field_monthHint: 'Two digits, such as 07.',
  field_year: 'Expiry year',
  field_yearHint: 'Two digits, such as 30.',
  field_cvv: 'Security code',
  field_cvvHint: 'Three or four digits on the card.',
  formKept:
    'As you agreed, PayTR keeps this card for the months to come. You can remove it on the billing page.',
  formPay: 'Pay {amount} and store the card',

  mailSubject: 'YouAreCoder: {amount} will be charged on {date} for {plan}',
  mailBody:
    'Your company’s {plan} plan is paid until {date}. As agreed, the next month is charged to the stored card.',
  factAmount: 'Amount, VAT included',
  factChargedOn: 'Charged on',
  factConsent: 'Agreed to by',
  mailNothingToDo:
    'You need not do anything. Neither more than this amount nor before this day is charged. Until then you can prevent it:',
  removeMailLink: 'Remove the card (sign in as an administrator):',
  pastDueNext: 'The card {card} will be tried on {date}. You can also pay by the link below; then it is not.',
  pastDueSent:
    'The card {card} is being charged, and PayTR has not answered yet. Please wait before you pay by the link.',
};
