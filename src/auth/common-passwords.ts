/**
 * The most common passwords of ten characters and more (shorter ones are refused by length), worldwide and
 * Turkish, in lower case. Source: the ranking of public breach collections (SecLists, 10k-most-common), local
 * ones added by hand.
 */
const words = [
  '0123456789 01234567890 1234567890 12345678900 12345678901 123456789012 12345678910 1234567891 1234567899',
  '9876543210 0987654321 1122334455 1223334444 112233445566 1020304050 123123123123 123321123321 1234512345',
  '123456123456 12341234123 1234554321 12345qwert 123456qwerty 123456789a 123456789q 123456789z a123456789',
  'q123456789 a1234567890 abc1234567 abc123456789 abcd123456 abcd12345678 abcde12345 abcdef1234 abcdefghij',
  'abcdefghijk 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc 1qazxsw23edc q1w2e3r4t5 q1w2e3r4t5y6 qazwsxedcrfv zaq12wsxcde3',
  'qwertyuiop qwertyuiop1 qwertyuiop123 qwertyuiop[] qwerty1234 qwerty12345 qwerty123456 qwerty123456789 asdfghjkl1',
  'asdfghjkl123 asdfghjkl; asdfghjklşi zxcvbnm123 zxcvbnm1234 1234qwerasdf qweasdzxc123 poiuytrewq mnbvcxzlkj',
  'password12 password123 password1234 password12345 password123456 password01 password11 passw0rd123 passw0rd12',
  'p@ssw0rd12 p@ssw0rd123 p@ssword123 p@ssword12 mypassword mypassword1 passwordpassword changeme123 changeme12',
  'welcome123 welcome1234 welcome2025 welcome2026 letmein123 letmein1234 adminadmin admin12345 admin123456',
  'administrator administrator1 superadmin superman123 batman12345 iloveyou12 iloveyou123 iloveyou1234 iloveyou2',
  'sunshine123 princess123 football123 baseball123 basketball dragon12345 monkey12345 starwars123 pokemon123',
  'charlie123 michael123 jordan12345 computer123 internet123 whatever123 trustno1trustno1 liverpool1 manchester',
  'chelsea123 arsenal123 barcelona1 realmadrid test123456 test1234567 testtest123 guest12345 default123 secret1234',
  'fenerbahce fenerbahce1 fenerbahce1907 galatasaray galatasaray1 galatasaray1905 besiktas1903 besiktas123 trabzonspor',
  'trabzonspor61 istanbul34 istanbul123 istanbul1453 ankara0606 izmir353535 turkiye123 turkiye1923 turkey1234',
  'cumhuriyet ataturk1881 mustafakemal mustafa123 mehmet1234 ahmet12345 seniseviyorum senicokseviyorum askimaskim',
  'bebegimbebegim parola1234 parola12345 parola123456 sifre12345 sifre123456 benimsifrem kartal1903 kanarya1907',
];

const common = new Set(words.join(' ').split(' '));

/**
 * True when a password is among the first that an attacker tries: the list above, or one character repeated.
 */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase()) || /^(.)\1*$/su.test(password);
}
