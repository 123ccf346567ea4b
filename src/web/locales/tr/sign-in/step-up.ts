import type { stepUp as en } from '../../en/sign-in/step-up.ts';

/** Kimliğin yeniden sorulduğu sayfanın metinleri. */
export const stepUp: Record<keyof typeof en, string> = {
  title: 'Lütfen siz olduğunuzu doğrulayın',
  intro: 'Sıradaki adım hassas bir işlem ve girişinizin üzerinden biraz zaman geçti.',
  button: 'Doğrula ve devam et',
  why: 'On dakika boyunca yeniden sorulmaz. Önceki sayfada yazdıklarınız korunur.',
  orRecoveryCode: 'Altı rakam veya kurtarma kodlarınızdan biri.',
  wrongPassword: 'Bu sizin parolanız değil.',
  downloadTitle: 'Teşekkürler, indirme başlıyor',
  downloadText: 'Tarayıcınız dosyayı kaydeder. Bu sayfayı kapatabilirsiniz.',
  downloadBack: 'Geri dön',
  downloadAgain: 'Yeniden indir',
};
