import type { api as en } from '../en/api.ts';

/** API’nin program yazanlara söyledikleri: her sorun için bir başlık ve bir cümle. */
export const api: Record<keyof typeof en, string> = {
  'malformed-requestTitle': 'İstek okunamadı',
  'malformed-request': 'Gövde bir JSON belgesi değil ya da adreste geçersiz karakterler var.',
  'invalid-tokenTitle': 'Geçerli anahtar yok',
  'invalid-token':
    'Geçerli bir erişim anahtarı gönderin: “Authorization: Bearer yac_…”. Anahtarın süresi dolmuş veya anahtar geri alınmış olabilir.',
  forbiddenTitle: 'Yetkiniz yok',
  forbidden: 'Bu kişi bu işlemi yapamaz.',
  'insufficient-scopeTitle': 'Anahtarın bu izni yok',
  'insufficient-scope': 'Bu isteğin gerektirdiği izinle bir anahtar oluşturun.',
  'acceptance-requiredTitle': 'Kabul edilecek yasal metinler var',
  'acceptance-required':
    'Yasal metinlerin yeni bir sürümü var. Giriş yapıp kabul edin, sonra yeniden deneyin.',
  'second-factor-requiredTitle': 'İkinci adım gerekli',
  'second-factor-required':
    'Şirketiniz ikinci adım istiyor. Giriş yapıp bir tane ekleyin, sonra yeniden deneyin.',
  'subscription-lapsedTitle': 'Abonelik sona erdi',
  'subscription-lapsed':
    'Şirketin bir yöneticisi aboneliği yenileyene kadar hiçbir şey oluşturulamaz, başlatılamaz ve açılamaz.',
  'plan-limitTitle': 'Plan dolu',
  'plan-limit':
    'Plan yeni bir çalışma alanına izin vermiyor. Birini silin veya durdurun ya da bir yöneticiden daha büyük bir plan isteyin.',
  'not-foundTitle': 'Bulunamadı',
  'not-found': 'Bu adreste bir şey yok ya da görme yetkiniz bulunmuyor.',
  'method-not-allowedTitle': 'Bu yöntem burada kullanılamıyor',
  'method-not-allowed': 'Bu adres başka yöntemleri kabul eder; Allow başlığı bunları listeler.',
  conflictTitle: 'Başka biri önce davrandı',
  conflict: 'Bu kayıt bu arada değişti. Yeniden deneyin.',
  'name-takenTitle': 'Bu ad kullanılıyor',
  'name-taken': 'Şirketin bu adda bir çalışma alanı zaten var.',
  'session-endedTitle': 'Oturum sona erdi',
  'session-ended': 'Yeni bir oturum açın.',
  'too-largeTitle': 'Gönderilen veri çok büyük',
  'too-large': 'Gövde kabul ettiğimizden daha büyük.',
  'unsupported-media-typeTitle': 'Yalnızca JSON',
  'unsupported-media-type': 'Gövdeyi sıkıştırmadan, “Content-Type: application/json” ile gönderin.',
  'invalid-inputTitle': 'İstekte bir hata var',
  'invalid-input': 'Ayrıntılar hata listesinde.',
  'idempotency-key-reusedTitle': 'Idempotency-Key başka bir isteğe ait',
  'idempotency-key-reused':
    'Bu Idempotency-Key başka bir gövdeyle gönderilmişti. Her istek için yeni bir değer kullanın.',
  'rate-limitedTitle': 'Çok fazla istek',
  'rate-limited': 'Retry-After başlığındaki saniye kadar bekleyin.',
  unexpectedTitle: 'Bizden kaynaklanan bir sorun oluştu',
  unexpected: 'Sorun bize iletildi. Yinelenirse destek ekibine istek numarasını verin.',
  'no-free-portTitle': 'Şu anda yer yok',
  'no-free-port': 'Şu anda yeni bir çalışma alanı için yer yok. Sorun bize iletildi.',
  'start-failedTitle': 'Program başlamadı',
  'start-failed':
    'Ayrıntılar, çalışma alanı sayfasındaki günlükte. Bu arada durdurulmadıysa yeniden denenir.',
  'not-runningTitle': 'Çalışma alanı çalışmıyor',
  'not-running': 'Önce başlatın.',
  limitOdd: '1 ile 100 arasında bir tam sayı.',
  cursorOdd: 'Bu listenin verdiği bir imleç değil.',
  idempotencyKeyOdd: 'Boşluk içermeyen, yazdırılabilir 1–200 karakter.',
  fieldOdd: 'Bu alan eksik veya türü yanlış.',
};
