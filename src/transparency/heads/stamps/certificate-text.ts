import type { Certificate } from 'pkijs';

const NAME_PARTS = ['2.5.4.10', '2.5.4.11', '2.5.4.3'];

/** Organisation, unit and common name of a certificate, in this order, as far as it has them. */
export function namesOf({ subject }: Certificate): string[] {
  return NAME_PARTS.flatMap((part) =>
    subject.typesAndValues
      .filter(({ type }) => type === part)
      .map(({ value }) => String((value.valueBlock as { value: unknown }).value)),
  );
}

/** A certificate in PEM. */
export function toPem(certificate: Certificate): string {
  const base64 = Buffer.from(certificate.toSchema().toBER()).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}
