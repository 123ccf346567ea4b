/** Turkish texts about a person's own account. ICU MessageFormat. */
export const account = {
  title: 'Hesap',
  subtitle: 'Sizi nasıl tanıdığımız ve nasıl oturum açtığınız.',
  nav: 'Hesabınız',
  openNav: 'Hesap sayfaları',
  password: 'Parola',
  profile: 'Profil',
  role: 'Rol',
  language: 'Dil',
  languageName: 'Türkçe',
  since: 'Hesabın açılışı',
  lastSignIn: 'Son oturum açma',
};
