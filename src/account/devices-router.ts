import { Router, type Request, type Response } from 'express';
import type { AppDeps } from '../app-deps.ts';
import { requestContext } from '../audit/request-context.ts';
import { forgetDevice } from '../auth/devices/forget-device.ts';
import { listDevices } from '../auth/devices/queries.ts';
import { NotFound, NotSignedIn } from '../errors.ts';
import { deviceName } from '../web/sessions/device-name.ts';
import { parseCursor, parseId } from '../web/list-input.ts';
import { formatOf, setFlash } from '../web/page-locals.ts';
import { pageUrls } from '../web/page-urls.ts';

/** `/account/devices`: the browsers that are remembered from a sign-in. */
export function createDevicesRouter(deps: AppDeps): Router {
  const router = Router();
  router.get('/devices', async (req, res) => {
    await show(deps, req, res);
  });
  router.post('/devices/:id/forget', async (req, res) => {
    if (req.user === undefined) throw new NotSignedIn();
    const deviceId = parseId(req.params.id);
    const isForgotten =
      deviceId !== null &&
      (await forgetDevice(deps.db, requestContext(req), { userId: req.user.id, deviceId }));
    if (!isForgotten) throw new NotFound();
    setFlash(req, 'success', formatOf(res).t('account.deviceForgotten'));
    res.redirect(303, '/account/devices');
  });
  return router;
}

async function show({ db }: AppDeps, req: Request, res: Response): Promise<void> {
  if (req.user === undefined) throw new NotSignedIn();
  const format = formatOf(res);
  const page = await listDevices(db, { userId: req.user.id, cursor: parseCursor(req.query) });
  const { prevUrl, nextUrl } = pageUrls('/account/devices', {}, page);
  res.render('account/devices', {
    title: format.t('account.devices'),
    devices: page.rows.map((row) => ({ ...row, device: deviceName(row.user_agent, format) })),
    newerUrl: prevUrl,
    olderUrl: nextUrl,
  });
}
