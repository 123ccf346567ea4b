import { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { AppDeps } from '../../app-deps.ts';
import { requestContext } from '../../audit/request-context.ts';
import { requireCompanyUser } from '../../auth/require-user.ts';
import { NotFound } from '../../errors.ts';
import { requireCurrentAcceptance } from '../../legal/require-acceptance.ts';
import { formErrors, keptValues } from '../../web/form-errors.ts';
import { formatOf, setFlash } from '../../web/page-locals.ts';
import { createRateLimit } from '../../web/rate-limit.ts';
import { credentialOwner } from '../credential-owner.ts';
import { addressWithId } from '../input.ts';
import { findSshKey } from '../ssh-key-queries.ts';
import type { SshKeyType } from '../ssh-public-key.ts';
import { createChallenge, PROOF_NAMESPACE } from './key-challenge.ts';
import { proveSshKey } from './prove-ssh-key.ts';

/** Signatures that one person may send in an hour: a refused one leaves a row that is kept. */
const TRIES_PER_HOUR = 30;

/** A signature by the longest RSA key has fewer signs. */
const SIGNATURE_MAX = 12_000;

/** The usual name of the file of a private key, below `~/.ssh`. */
const FILES: Record<SshKeyType, string> = {
  'ssh-ed25519': 'id_ed25519',
  'ecdsa-sha2-nistp256': 'id_ecdsa',
  'ecdsa-sha2-nistp384': 'id_ecdsa',
  'ecdsa-sha2-nistp521': 'id_ecdsa',
  'sk-ssh-ed25519@openssh.com': 'id_ed25519_sk',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'id_ecdsa_sk',
  'ssh-rsa': 'id_rsa',
};

const proofForm = z.object({
  challenge: z.string().max(200).catch(''),
  signature: z
    .string({ error: 'sshKeys.signatureMissing' })
    .trim()
    .min(1, 'sshKeys.signatureMissing')
    .max(SIGNATURE_MAX, 'errors.tooLong'),
});

/** `/ssh-keys/:id/prove`: shows what to sign with a key, and takes the signature. Mounted at `/auth`. */
export function createProofRouter(deps: AppDeps): Router {
  const tries = createRateLimit(deps.db, {
    name: 'ssh-key-prove',
    points: TRIES_PER_HOUR,
    durationSeconds: 3600,
  });
  const guards = [requireCompanyUser, requireCurrentAcceptance(deps.db)];
  const router = Router();
  router.get('/ssh-keys/:id/prove', guards, async (req: Request, res: Response) => {
    await show(deps, req, res, { values: {}, errors: {} });
  });
  router.post('/ssh-keys/:id/prove', guards, async (req: Request, res: Response) => {
    await tries.consume(String(req.user?.id));
    await proveFromForm(deps, req, res);
  });
  return router;
}

function keyIdOf(req: Request): number {
  const address = addressWithId.safeParse(req.params);
  if (!address.success) throw new NotFound();
  return address.data.id;
}

async function proveFromForm(deps: AppDeps, req: Request, res: Response): Promise<void> {
  const format = formatOf(res);
  const values = keptValues(req.body, ['signature', 'challenge']);
  const form = proofForm.safeParse(req.body ?? {});
  if (!form.success) {
    await show(deps, req, res, { values, errors: formErrors(form.error, format) });
    return;
  }
  const outcome = await proveSshKey(deps.db, requestContext(req), {
    keyId: keyIdOf(req),
    ...form.data,
    sessionSecret: deps.config.sessionSecret,
  });
  if (!outcome.ok && outcome.reason !== 'proven-before') {
    const { reason } = outcome;
    const errors = { signature: format.t(`sshKeys.proof_${reason}`, { namespace: PROOF_NAMESPACE }) };
    // When the time is over there is a new text to sign, and the old signature is of no more use.
    await show(deps, req, res, { values: reason === 'over' ? {} : values, errors });
  } else {
    setFlash(req, 'success', format.t('sshKeys.wasProven'));
    res.redirect(303, '/auth/ssh-keys');
  }
}

async function show(
  { db, config }: AppDeps,
  req: Request,
  res: Response,
  form: { values: Record<string, string>; errors: Record<string, string> },
): Promise<void> {
  const keyId = keyIdOf(req);
  const owner = credentialOwner(requestContext(req));
  const key = await findSshKey(db, { ...owner, keyId });
  if (key === undefined) throw new NotFound();
  const { sessionSecret } = config;
  const fresh = createChallenge({ userId: owner.userId, keyId, sessionSecret }, req.receivedAt);
  // With a mistake in the signature the same text is signed again; its end stands in it.
  const given = form.values.challenge ?? '';
  const challenge = /^[\w-]{1,200}$/.test(given) ? given : fresh;
  if (Object.keys(form.errors).length > 0) res.status(422);
  res.render('credentials/prove-ssh-key', {
    title: formatOf(res).t('sshKeys.proveTitle', { label: key.label }),
    key,
    challenge,
    command: `printf '%s' '${challenge}' | ssh-keygen -Y sign -n ${PROOF_NAMESPACE} -f ~/.ssh/${FILES[key.key_type]}`,
    ...form,
  });
}
