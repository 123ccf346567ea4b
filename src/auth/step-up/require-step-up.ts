import type { Request, RequestHandler, Response } from 'express';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { NotSignedIn } from '../../errors.ts';
import { formatOf } from '../../web/page-locals.ts';
import { readDeviceToken } from '../../web/sessions/device-cookie.ts';
import type { GivenFactor } from '../factors/verify-factor.ts';
import { confirmIdentity } from './confirm-identity.ts';
import { isFresh } from './fresh-proof.ts';
import { carriedFields, takeProof, type GivenProof } from './step-up-form.ts';

type Deps = Pick<AppDeps, 'db' | 'config'>;

/** The parts of the form that asks: where it leads, what it carries, where a person goes who gives up. */
interface AskingForm {
  action: string;
  carried: [name: string, value: string][];
  cancelUrl: string;
}

/**
 * Lets signed-in people pass who have proved in the last ten minutes, in this browser session, who they are.
 * Others are asked on a page that then goes on:
 *
 * 1. A GET is sent to `/auth/step-up` and from there back. With `download` that page stays and says that the
 *    file comes, since a browser shows no new page for a file.
 * 2. A POST is answered by the form itself, which carries every field that was sent, so that nothing typed is
 *    lost. The form leads to the same address, and the route sees the fields without the proof.
 *
 * `unless` names requests that the route refuses anyway, and whose fields must not be sent back to the page.
 * Put the guard behind those that decide about roles.
 */
export function requireStepUp(
  deps: Deps,
  options: { download?: boolean; unless?: (req: Request) => boolean } = {},
): RequestHandler {
  return async (req, res, next) => {
    if (req.user === undefined) throw new NotSignedIn();
    const given = takeProof(req.body);
    if (isFresh(req.session.proof, req.user, req.receivedAt) || options.unless?.(req) === true) {
      next();
      return;
    }
    if (req.method === 'GET' || req.method === 'HEAD') {
      const query = new URLSearchParams({ returnTo: req.originalUrl });
      if (options.download === true) query.set('download', '1');
      res.redirect(303, `/auth/step-up?${query.toString()}`);
      return;
    }
    const form = { action: req.originalUrl, carried: carriedFields(req.body), cancelUrl: pageBefore(req) };
    if (given === null) askForProof(req, res, form, {});
    else if (await proves(deps, req, res, { given, form, before: req.originalUrl })) next();
  };
}

/**
 * Checks the proof of a form that asked, and notes it in the browser session. When it is wrong the form is
 * shown again, and the answer is false. `before` is the address of what the person wants to do.
 */
export async function proves(
  { db, config }: Deps,
  req: Request,
  res: Response,
  input: { given: GivenProof; form: AskingForm; before: string },
): Promise<boolean> {
  const { user } = req;
  if (user === undefined) throw new NotSignedIn();
  const { t } = formatOf(res);
  const { form, before } = input;
  const isByFactor = user.second_factor_at !== null;
  const given = isByFactor ? asFactor(input.given) : asPassword(input.given);
  if (given === null) {
    const missing = isByFactor
      ? { stepUpCode: t('secondFactor.codeMissing') }
      : { stepUpPassword: t('auth.passwordMissing') };
    askForProof(req, res, form, missing);
    return false;
  }
  const outcome = await confirmIdentity(db, requestContext(req), {
    config,
    user,
    given,
    deviceToken: readDeviceToken(req, config),
    before: before.split('?', 1)[0] ?? before,
  });
  if (outcome.ok) {
    req.session.proof = { at: req.receivedAt.getTime(), by: isByFactor ? 'second-factor' : 'password' };
    return true;
  }
  if (outcome.reason === 'locked') {
    res.status(429).setHeader('retry-after', String(outcome.retryAfterSeconds));
    const minutes = Math.ceil(outcome.retryAfterSeconds / 60);
    askForProof(req, res, form, { form: t('auth.tooMany', { minutes }) });
  } else {
    const wrong = {
      'wrong-password': { stepUpPassword: t('stepUp.wrongPassword') },
      'wrong-code': { stepUpCode: t('secondFactor.wrongCode') },
      'wrong-passkey': { form: t('secondFactor.wrongPasskey') },
      'counter-went-back': { form: t('secondFactor.wrongPasskey') },
    };
    askForProof(req, res, form, wrong[outcome.reason]);
  }
  return false;
}

const asFactor = ({ factor }: GivenProof): { factor: GivenFactor } | null =>
  factor === null ? null : { factor };

const asPassword = ({ password }: GivenProof): { password: string } | null =>
  password === '' ? null : { password };

/** Shows the form that asks. */
export function askForProof(
  req: Request,
  res: Response,
  form: AskingForm,
  errors: Record<string, string>,
): void {
  if (req.method !== 'GET' && res.statusCode === 200)
    res.status(Object.keys(errors).length === 0 ? 403 : 422);
  res.setHeader('cache-control', 'no-store');
  res.render('auth/step-up/ask', {
    title: formatOf(res).t('stepUp.title'),
    byFactor: req.user?.second_factor_at !== null,
    values: {},
    errors,
    ...form,
  });
}

/** The page with the form that was sent, or the start. */
function pageBefore(req: Request): string {
  const referrer = req.get('referer') ?? '';
  if (!URL.canParse(referrer) || new URL(referrer).host !== req.get('host')) return '/';
  const { pathname, search } = new URL(referrer);
  return pathname + search;
}
