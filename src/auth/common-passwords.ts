import { dictionary } from '@zxcvbn-ts/language-common';

/**
 * Turkish passwords of ten characters and more, and some of the world's that the list of leaked ones lacks,
 * in lower case. Source: the ranking of public breach collections, and local ones added by hand.
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

/**
 * 49 000 passwords in the order in which breach collections have them, shipped with the library: nothing is
 * asked outside. Most are shorter than ours may be, so the words in them count as well.
 */
const leaked = new Set([...dictionary.passwords, ...words.join(' ').split(' ')]);

/** Words that name the product: what people type who are asked for a password here. */
const OWN_WORDS = ['youarecoder', 'you are coder', 'yac', 'workspace', 'workspaces'];

/** Characters that people put around a word until a form is content. */
const MOST_AROUND = 6;

/** A word shorter than this is in every second sentence. */
const SHORTEST_WORD = 4;

/**
 * True when a password is among the first that an attacker tries:
 *
 * 1. a leaked password, as it is or with up to six digits and signs around it, or twice in a row;
 * 2. the product's own name in the same way (OWASP ASVS 5, 6.1.2);
 * 3. one character repeated, or counting.
 */
export function isCommonPassword(password: string): boolean {
  return (
    /^(.)\1*$/su.test(password) ||
    '1234567890'.repeat(13).startsWith(password) ||
    coresOf(password).some((core) => leaked.has(core) || OWN_WORDS.includes(core))
  );
}

/**
 * True when a password is nothing but a name of its person or company, or a part of the e-mail address, with
 * up to six digits and signs around it. `of` is the address, the names, or whatever else is known of them.
 */
export function isPersonalPassword(password: string, of: string[]): boolean {
  const names = of.flatMap((text) => {
    const whole = text.toLowerCase();
    return [whole, ...whole.split(/[\s@.+_-]+/)].map(squash);
  });
  const known = new Set(names.filter((name) => Array.from(name).length >= SHORTEST_WORD));
  return coresOf(password).some((core) => known.has(squash(core)));
}

/** Without the signs that stand between the words of a name. */
function squash(text: string): string {
  return text.replace(/[\s.+_-]/g, '');
}

/** The password itself, and the words that it may be made of. */
function coresOf(password: string): string[] {
  const whole = password.toLowerCase();
  const plain = whole.replace(/[@01345$!7]/g, (sign) => PLAIN_LETTERS[sign] ?? sign);
  const bare = [whole, plain].map((text) => stripAround(text, whole));
  return [whole, plain, ...bare.filter((core) => core !== null), ...[whole, plain].map(halfOf)].filter(
    (core) => core !== null,
  );
}

const PLAIN_LETTERS: Record<string, string> = {
  '@': 'a',
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  $: 's',
  '!': 'i',
  '7': 't',
};

/** Null when too much stands around the word, or no word is left. */
function stripAround(text: string, whole: string): string | null {
  const [, before = '', core = '', after = ''] = /^([^\p{L}]*)(.*?)([^\p{L}]*)$/su.exec(whole) ?? [];
  const around = before.length + after.length;
  if (around === 0 || around > MOST_AROUND || Array.from(core).length < SHORTEST_WORD) return null;
  return text.slice(before.length, text.length - after.length);
}

/** The half of a password that is the same text twice. */
function halfOf(text: string): string | null {
  const half = text.slice(0, text.length / 2);
  return half + half === text ? half : null;
}
