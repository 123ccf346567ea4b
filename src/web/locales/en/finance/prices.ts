export const prices = {
  problem_not_priced: 'There is no price in {currency} at the moment.',
  problem_no_rate:
    'Prices in {currency} are made with a rate of the Turkish central bank, which we do not have yet. Please choose another currency.',
  problem_old_rate:
    'Prices in {currency} are made with the rate of the Turkish central bank. The newest we have is of {date}, more than {days, plural, one {one day} other {# days}} old, so we do not use it. Please choose another currency.',
};
