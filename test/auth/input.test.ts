import { describe, expect, it } from 'vitest';
import { credentials, emailAddress, newPassword } from '../../src/auth/input.ts';
import { acceptInvitationForm, registrationForm } from '../../src/people/input.ts';

const form = {
  companyName: 'Acme',
  subdomain: 'acme',
  fullName: 'Ada',
  email: 'ada@example.com',
  password: 'a chair that sings',
  acceptTerms: 'on',
  acceptPrivacy: 'on',
};

function faults(overrides: Record<string, unknown>): string[] {
  const parsed = registrationForm.safeParse({ ...form, ...overrides });
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`);
}

describe('a password', () => {
  it.each([
    'a chair that sings',
    'şifrem çok uzun',
    '          x',
    'ABCDEFGHIK',
    '12345abcde!',
    'p'.repeat(64) + 'q'.repeat(64),
  ])('may be %j: no rules of composition, and it is not trimmed', (password) => {
    expect(newPassword.parse(password)).toBe(password);
  });

  it.each([
    ['', 'auth.passwordMissing'],
    ['ninechars', 'errors.tooShort'],
    ['😀'.repeat(9), 'errors.tooShort'],
    ['x'.repeat(128) + 'y', 'errors.tooLong'],
    ['qwertyuiop', 'auth.passwordCommon'],
    ['Password123', 'auth.passwordCommon'],
    ['galatasaray1905', 'auth.passwordCommon'],
    ['aaaaaaaaaaaa', 'auth.passwordCommon'],
    ['12345678901234', 'auth.passwordCommon'],
    // A leaked password of its own length, with something around it, with signs for letters, twice.
    ['manchester', 'auth.passwordCommon'],
    ['!!Sunshine2026', 'auth.passwordCommon'],
    ['P@ssw0rd.9', 'auth.passwordCommon'],
    ['monkeymonkey', 'auth.passwordCommon'],
    ['YouAreCoder1', 'auth.passwordCommon'],
    [['a chair that sings'], 'auth.passwordMissing'],
    [undefined, 'auth.passwordMissing'],
  ])('may not be %j', (password, message) => {
    expect(newPassword.safeParse(password).error?.issues[0]?.message).toBe(message);
  });

  it('is the same whatever keyboard it was typed on (RFC 8265, OpaqueString)', () => {
    expect(newPassword.parse('s\u0327ifrem c\u0327ok\u00a0uzun')).toBe('şifrem çok uzun');
    expect(newPassword.parse('ideographic\u3000space')).toBe('ideographic space');
    expect(newPassword.safeParse('o\u0308'.repeat(9)).error?.issues[0]?.message).toBe('errors.tooShort');
    expect(newPassword.parse('o\u0308u\u0308'.repeat(64))).toBe('öü'.repeat(64));
    expect(newPassword.safeParse('o\u0308'.repeat(128) + 'u').error?.issues[0]?.message).toBe(
      'errors.tooLong',
    );
    expect(newPassword.safeParse('ten\u0007 letters').error?.issues[0]?.message).toBe('auth.oddCharacters');
    expect(newPassword.safeParse('ten\tletters').error?.issues[0]?.message).toBe('auth.oddCharacters');
  });

  it.each(['qwerty and a sentence', 'sunshine8273645', 'dragon-fly-over-1907'])(
    'may have a leaked word in it: %s',
    (password) => {
      expect(newPassword.parse(password)).toBe(password);
    },
  );

  it.each(['ADA@example.com', 'Lovelace2026!', 'adalovelace1', 'PERSON-NAME-SUBDOMAIN'])(
    'may not be the address or a name of its person: %s',
    (password) => {
      const of = { fullName: 'Ada Lovelace', subdomain: 'person-name-subdomain', password };
      expect(faults(of)).toContain('password: auth.passwordPersonal');
    },
  );

  it('of 128 characters beyond the basic plane can be used to sign in again', () => {
    const password = '😀'.repeat(127) + '😁';
    expect(newPassword.parse(password)).toBe(password);
    expect(credentials.parse({ email: 'ada@example.com', password }).password).toBe(password);
  });
});

describe('an e-mail address', () => {
  it('is trimmed and lower-cased', () => {
    expect(emailAddress.parse('  Ada.Lovelace+x@Example.COM ')).toBe('ada.lovelace+x@example.com');
  });

  it.each([
    ['a&b@example.com', 'a&b@example.com'],
    ["O'Neill+x=y@example.co.uk", "o'neill+x=y@example.co.uk"],
    ['ada@x.xn--p1ai', 'ada@x.xn--p1ai'],
    ['ada@Örnek.com', 'ada@xn--rnek-4qa.com'],
    ['ada@o\u0308rnek.com', 'ada@xn--rnek-4qa.com'],
    ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ['ada@ışık.com.tr', 'ada@xn--k-ekaa7p.com.tr'],
  ])('may be %j', (typed, stored) => {
    expect(emailAddress.parse(typed)).toBe(stored);
    expect(credentials.parse({ email: ` ${typed} `, password: 'x' }).email).toBe(stored);
  });

  it.each([
    ['çağrı@example.com', 'auth.emailAscii'],
    ['ada@örn ek.com', 'auth.emailAscii'],
    ['ada@örnek.com:25', 'auth.emailAscii'],
    ['\u212Aate@example.com', 'auth.emailAscii'],
    ['İrem@example.com', 'auth.emailAscii'],
    ['a\u0000da@example.com', 'auth.emailAscii'],
    ['ada', 'errors.email'],
    ['ada@', 'errors.email'],
    ['a da@example.com', 'errors.email'],
    ['ada@example', 'errors.email'],
    ['ada@127.0.0.1', 'errors.email'],
    ['ada@-a.com', 'errors.email'],
    ['.ada@example.com', 'errors.email'],
    ['a..da@example.com', 'errors.email'],
    ['a@b@example.com', 'errors.email'],
    [`${'a'.repeat(65)}@example.com`, 'errors.email'],
    ['', 'auth.emailMissing'],
    [['ada@example.com'], 'auth.emailMissing'],
    [`${'a'.repeat(90)}@example.com`, 'errors.tooLong'],
  ])('may not be %j', (email, message) => {
    expect(emailAddress.safeParse(email).error?.issues[0]?.message).toBe(message);
  });
});

describe('the short name of a company', () => {
  it.each([
    ['  Acme-2 ', 'acme-2'],
    ['IRMAK', 'irmak'],
    ['a1b', 'a1b'],
    ['a'.repeat(40), 'a'.repeat(40)],
  ])('is lower-cased by ASCII rules: %j', (given, stored) => {
    expect(registrationForm.parse({ ...form, subdomain: given }).subdomain).toBe(stored);
  });

  it.each([
    ['ab', 'auth.subdomainShape'],
    ['-acme', 'auth.subdomainShape'],
    ['acme-', 'auth.subdomainShape'],
    ['ac--me', 'auth.subdomainShape'],
    ['xn--acme', 'auth.subdomainShape'],
    ['ac.me', 'auth.subdomainShape'],
    ['ac me', 'auth.subdomainShape'],
    ['şirket', 'auth.subdomainShape'],
    ['\u212Aaya', 'auth.subdomainShape'],
    ['İzmir', 'auth.subdomainShape'],
    ['acme\n', ''],
    ['a'.repeat(41), 'auth.subdomainShape'],
    ['WWW', 'auth.subdomainReserved'],
    ['api', 'auth.subdomainReserved'],
    ['Admin', 'auth.subdomainReserved'],
    ['billing', 'auth.subdomainReserved'],
    ['no-reply', 'auth.subdomainReserved'],
    ['', 'auth.subdomainMissing'],
  ])('%j is answered with %j', (subdomain, message) => {
    expect(faults({ subdomain })[0] ?? '').toBe(message === '' ? '' : `subdomain: ${message}`);
  });
});

describe('a name', () => {
  it.each([
    'Çağrı Öztürk',
    "O'Neill",
    '李小龍',
    'Zoë 👩‍💻',
    'Ann ❤️‍🔥',
    'O',
    'محمد علي',
    'می\u200Cخواهم',
    'क्\u200Dष',
    'Team 1\uFE0F\u20E3',
    'יוסף',
    '葛\u{E0100}城',
    'Nguyễn Thị',
    'ทวีศักดิ์',
  ])('may be %j', (fullName) => {
    expect(faults({ fullName })).toEqual([]);
  });

  it('is stored with its letters composed and single plain blanks', () => {
    const parsed = registrationForm.parse({ ...form, fullName: ' Is\u0327\u0131l\u00A0 \u3000Ak ' });
    expect(parsed.fullName).toBe('I\u015F\u0131l Ak');
  });

  it.each([
    ['', 'auth.fullNameMissing'],
    ['   ', 'auth.fullNameMissing'],
    ['a\u0000b', 'auth.oddCharacters'],
    ['a\nb', 'auth.oddCharacters'],
    ['a\u202Eb', 'auth.oddCharacters'],
    ['a\uD800b', 'auth.oddCharacters'],
    ['a\u2067b', 'auth.oddCharacters'],
    ['a\u200Fb', 'auth.oddCharacters'],
    ['a\u061Cb', 'auth.oddCharacters'],
    ['\u200B', 'auth.oddCharacters'],
    ['a\u200Bb', 'auth.oddCharacters'],
    ['ab\u200D', 'auth.oddCharacters'],
    ['Ayşe Ka\u200Cya', 'auth.oddCharacters'],
    ['Ayşe Ka\u200Dya', 'auth.oddCharacters'],
    ['Иван\u200Cов', 'auth.oddCharacters'],
    ['Ayşe Kaya\uFE0F', 'auth.oddCharacters'],
    ['Ayşe\u{E0100} Kaya', 'auth.oddCharacters'],
    ['Team 1\uFE0F', 'auth.oddCharacters'],
    ['a\u00ADb', 'auth.oddCharacters'],
    ['\u3164', 'auth.oddCharacters'],
    ['\u2800', 'auth.oddCharacters'],
    ['\uE000', 'auth.oddCharacters'],
    ['\u0301', 'auth.oddCharacters'],
    ['\u0301a', 'auth.oddCharacters'],
    ['---', 'auth.oddCharacters'],
    [`a${'\u0316'.repeat(5)}`, 'auth.oddCharacters'],
    ['\u00A0\u3000', 'auth.fullNameMissing'],
    ['x'.repeat(101), 'errors.tooLong'],
  ])('may not be %j', (fullName, message) => {
    expect(faults({ fullName })[0]).toBe(`fullName: ${message}`);
  });
});

describe('the form of an invitation', () => {
  it('names every fault at once', () => {
    const parsed = acceptInvitationForm.safeParse({});
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'auth.fullNameMissing',
      'auth.passwordMissing',
      'legal.acceptTermsMissing',
      'legal.acceptPrivacyMissing',
    ]);
  });
});
