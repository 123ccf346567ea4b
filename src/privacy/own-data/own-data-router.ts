import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireStepUp } from '../../auth/step-up/require-step-up.ts';
import { NotFound, NotSignedIn } from '../../errors.ts';
import { hasOwnAddress } from '../../people/address/require-confirmed-address.ts';
import { createDownloadSlots, downloadOwner, type DownloadSlots } from '../../evidence/download-slots.ts';
import { refuseHead } from '../../evidence/router.ts';
import { sendDownload } from '../../web/downloads/send-download.ts';
import { formatOf } from '../../web/page-locals.ts';
import { createRateLimit, type RateLimit } from '../../web/rate-limit.ts';
import { refuseFromElsewhere } from '../../web/refuse-from-elsewhere.ts';
import { downloadOwnData, ownDataForms } from './download-own-data.ts';

/** Copies that one person may make in an hour. */
const COPIES_AN_HOUR = 10;

/** `/download.json` and `/download.pdf`: a person's own data. Mounted behind `requireUser`. */
export function createOwnDataRouter(deps: AppDeps): Router {
  const slots = createDownloadSlots(deps.config.databasePoolMax);
  const copies = createRateLimit(deps.db, {
    name: 'own-data',
    points: COPIES_AN_HOUR,
    durationSeconds: 3600,
  });
  const router = Router();
  router.head('/download.:form', refuseHead);
  const guards = [refuseFromElsewhere(() => true), requireStepUp(deps, { download: true })];
  router.get('/download.:form', guards, async (req: Request, res: Response) => {
    await sendOwnData(deps, { slots, copies }, req, res);
  });
  return router;
}

async function sendOwnData(
  { db, readDb, config }: AppDeps,
  { slots, copies }: { slots: DownloadSlots; copies: RateLimit },
  req: Request,
  res: Response,
): Promise<void> {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  const form = ownDataForms.find((name) => name === req.params.form);
  if (form === undefined) throw new NotFound();
  await copies.consume(String(user.id));
  const { locale } = formatOf(res);
  const { name, address, email } = config.seller;
  await slots.run(downloadOwner(user, user.company_id ?? 0), () =>
    sendDownload(req, res, (signal) =>
      downloadOwnData({ db, reads: readDb }, requestContext(req), {
        subject: {
          id: user.id,
          companyId: user.company_id,
          email: user.email,
          full_name: user.full_name,
          role: user.role,
          hasOwnAddress: hasOwnAddress(user),
        },
        form,
        locale,
        controller: { name, address, email },
        signal,
      }),
    ),
  );
}
