/**
 * Length of a step, in milliseconds: longer than what the database does for one answer and not for another,
 * too short for a person to notice.
 */
const STEP_MS = 50;

/**
 * Waits until a whole number of steps has passed since the request arrived, so that the time of an answer
 * does not say how much work was behind it. Two kinds of answer still need the same kind of work, since one
 * that takes longer may need a step more.
 */
export function evenOut({ receivedAt }: { receivedAt: Date }): Promise<void> {
  const elapsed = Math.max(0, Date.now() - receivedAt.getTime());
  return new Promise((done) => setTimeout(done, STEP_MS - (elapsed % STEP_MS)));
}
