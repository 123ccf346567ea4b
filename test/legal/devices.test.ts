import { describe, expect, it } from 'vitest';
import { useTestApp } from '../support/app.ts';
import { Visitor } from '../support/visitor.ts';

const off = useTestApp();
const on = useTestApp({ env: { DISPUTE_DEVICE_FINGERPRINT: '1' } });

describe('the privacy notice', () => {
  it('names fingerprints of devices only where they are switched on', async () => {
    const page = async (test: typeof on, path: string): Promise<string> =>
      (await new Visitor(test.app).get(path)).text;
    expect(await page(on, '/legal/privacy')).toMatch(/Fingerprints of devices|Cihaz parmak izleri/);
    expect(await page(on, '/legal/terms')).not.toMatch(/Fingerprints of devices|Cihaz parmak izleri/);
    expect(await page(off, '/legal/privacy')).not.toMatch(/Fingerprints of devices|Cihaz parmak izleri/);
  });
});
