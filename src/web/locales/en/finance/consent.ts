/** The order page: its texts, boxes and button, and what was kept of them. */
export const consent = {
  heading: 'Order: {item}, {total}',
  edition: 'Version {version}',
  declared: 'What the buyer declared by ticking a box',
  pressed: 'Button: {button}',
  button: 'Pay {total} (order with obligation to pay)',

  box_consumer_information: 'I have read the pre-information form above, and I had it before this order.',
  box_consumer_contract:
    'I accept the distance sales contract and the conditions of cancellation and refunds.',
  box_consumer_immediate:
    'I ask that the service begins at once, before the fourteen days for withdrawal are over. I know that I lose my right of withdrawal when it begins.',
  box_company_contract: 'We accept the sales contract and the conditions of cancellation and refunds.',
  box_company_business:
    'I may order for {buyer}, which buys for commercial or professional purposes and has no right of withdrawal as a consumer.',
  box_card:
    'I agree that PayTR keeps my card and that later months are charged to it, as the text “Keeping the card, and automatic payment” says.',
  box_cardHint: 'Not needed for this order, and can be ended at any time.',
  cardAgreed: 'Agreed to as well: keeping the card',
  mailCardHash: 'SHA-256 of the text about the card',
  mailCardBegins: 'You also agreed to this text about keeping the card.',
  missing_information: 'Confirm that you have read the pre-information form.',
  missing_contract: 'An order needs this acceptance.',
  missing_immediate:
    'The service opens with the payment, so it cannot be ordered here without this consent. Nothing was charged.',
  missing_business: 'Confirm this, or choose “consumer” in the billing details.',
  changedTitle: 'Please read this once more',
  changedText:
    'The price, the period or a text has changed since this page was opened. Nothing was ordered. Below is what holds now.',

  item_month: '{plan} plan, one month of cloud workspaces',
  item_upgrade: '{plan} plan instead of a smaller one, for paid time that is left',
  limits:
    '{workspaces, plural, =0 {any number of workspaces} one {# workspace} other {# workspaces}}, {members, plural, =0 {any number of people} one {# person} other {# people}}',
  period_now: 'one month from the confirmation of the payment; days left of a trial are not added',
  period_later: 'one month, from {start} to {end} (Istanbul time), after the time already paid',
  period_upgrade:
    'from the confirmation of the payment until {until} (Istanbul time), when the time already paid ends; that end does not change',
  period_upgrade_later:
    'from {start} until {until} (Istanbul time), which is paid for with a smaller plan; that end does not change',
  logKeyAt: 'see {address}',
  notGiven: 'not given',
  taxOf: '{office} {number}',
  personOf: '{name}, {email}',

  title: 'Order {plan}',
  intro: 'Read what you order, tick the boxes, and go on to the payment, where you enter your card.',
  textsHeading: 'Texts of this order',
  included: 'Included',
  monthlyPrices: 'Monthly price of each plan, VAT included',
  declareHeading: 'Your acceptance',
  obligation: 'By pressing the button you order with an obligation to pay.',
  keptHint:
    'These texts are kept with your order word for word, with the time, your IP address and your browser. After the payment they are mailed to you.',
  buyer: 'Buyer',
  changeBuyer: 'Change the billing details',
  customer_company: 'Company',
  customer_consumer: 'Consumer',

  detailsTitle: 'Who buys?',
  detailsIntro: 'We need this once, for the contract and the invoice. Then the order goes on.',
  customer_type: 'You buy as',
  customerHint:
    'Companies and consumers order by different laws. A sole trader who buys for work is a company.',
  choose: 'Please choose',
  option_company: 'a company or another business',
  option_consumer: 'a consumer',
  needed_customer_type: 'Choose one of them.',
  needed_billing_name: 'Enter your full name: the contract needs it.',
  needed_billing_address: 'Enter the address: the contract and the invoice need it.',
  needed_billing_tax_number: 'Enter the tax number of the company.',
  taxNumberHint:
    'Companies: the tax number (VKN). Consumers may leave it empty, or enter their identity number.',
  saveAndGoOn: 'Save and go on',

  termsTitle: 'Accepted order terms',
  termsOf: 'Order terms',
  termsShow: 'Show the accepted order terms',
  termsNone: 'This order was placed before order terms were kept.',
  acceptedAt: 'Accepted',
  acceptedBy: 'Accepted by',
  acceptedFrom: 'IP address',
  acceptedBrowser: 'Browser',
  acceptedAs: 'Buyer',
  acceptedLocale: 'Language',
  textHash: 'SHA-256 of the text',
  htmlHash: 'SHA-256 of the page',
  asText: 'As plain text',
  boxesTicked: 'Boxes that were ticked',
  buttonPressed: 'Button that was pressed',

  mailSubject: 'Your order terms: {item}, {total}',
  mailHello: 'Hello {name},',
  mailIntro:
    'These are the texts that you accepted with your order on {at}. Please keep this mail. It needs no answer.',
  mailOrder: 'Order number',
  mailHash: 'SHA-256 of the text below',
  mailBegins: 'The text begins after this line.',

  card: 'Card',
  cardBank: 'Card issued by',
  cardInstallments: 'Instalments',
  cardSingle: 'single payment',
  cardThreeD: '3-D Secure, as reported',
};
