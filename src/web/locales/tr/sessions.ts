import type { sessions as en } from '../en/sessions.ts';

/** Turkish texts of the pages about sessions: who used what, when and how long. ICU MessageFormat. */
export const sessions: Record<keyof typeof en, string> = {
  enteredTitle: 'Bir yönetici girdi',
  enteredText: 'Şirketinizin yöneticileri çalışma alanlarınıza girebilir. Her giriş kaydedilir.',
  enteredLine: '{name}, {date} tarihinde {length} buradaydı',
  enteredNow: '{name}, {date} tarihinden beri burada',
  asAdmin: 'Yönetici olarak',
  asAdminOf: '{owner} kişisinin alanında, yönetici olarak',
};
