import { z } from 'zod';

/** Longer than any answer of a browser. */
const ANSWER_MAX = 20_000;

const base64url = z
  .string()
  .min(1)
  .max(ANSWER_MAX)
  .regex(/^[\w-]+$/);

/** The shape that both answers of a browser have; the library checks what is in them. */
const answer = z.looseObject({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: base64url }),
  clientExtensionResults: z.looseObject({}),
});

/** The answer of a browser, from JSON. Null when it is none. */
export function passkeyAnswer(text: string): z.infer<typeof answer> | null {
  if (text.length > ANSWER_MAX) return null;
  try {
    const parsed = answer.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
