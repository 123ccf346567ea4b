import { z } from 'zod';
import { field, id, text, time } from '../../record-fields.ts';

/** Fields that a download can leave out; the proof then shows that they exist, and not what they say. */
export const withheldKinds = ['addresses', 'browsers', 'details'] as const;
export type WithheldKind = (typeof withheldKinds)[number];

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const note = (meaning: string) => text(`${meaning} A signed note (C2SP signed-note, tlog-checkpoint).`);
const hashes = (meaning: string) => field(z.array(base64), `${meaning} Each SHA-256 in base64.`);

/** The proof that some leaves are in one log. */
const logProof = z.strictObject({
  log: text('Origin of the log: the first line of its checkpoints.'),
  vkeys: field(
    z.array(z.string()),
    'Public keys of the log, newest first. Keys that come with a file prove only that the file agrees with itself: compare them with the log’s public page or a contract.',
  ),
  checkpoint: note('Head of the log. Size and root of the tree are read from here only.'),
  leaves: field(
    z.array(
      z.strictObject({
        index: field(z.int().nonnegative(), 'Index of the leaf.'),
        leaf: text('The text that is hashed (RFC 8785); personal values are digests in _sd.'),
        disclosures: field(
          z.array(z.string()),
          'Those of its personal values that are shown (RFC 9901): base64url of [salt, name, value].',
        ),
      }),
    ),
    'Leaves that cannot be made from a record of this file and person_key.',
  ),
  hashes: field(
    base64,
    'The hashes of the largest subtrees without a shown leaf, from left to right, 32 bytes each.',
  ),
  checks: field(
    base64,
    'The first two bytes of the hash of each shown leaf, in order. They prove nothing; they name the record that was changed.',
  ),
  range: field(
    z
      .strictObject({
        from: field(z.int().nonnegative(), 'The first shown leaf.'),
        to: field(z.int().nonnegative(), 'The last shown leaf plus one.'),
      })
      .nullable(),
    'The leaves between the first and the last that are shown: what is not shown in it is in the hashes.',
  ),
  consistency: field(
    z.array(
      z.strictObject({
        checkpoint: note('An older head of the same log.'),
        hashes: hashes('The proof that the newest head only added to it (RFC 6962 section 2.1.2).'),
      }),
    ),
    'Older heads that the newest one continues.',
  ),
});

/** The proof of the records of a bundle. */
export const proofRecord = logProof
  .extend({
    version: z.literal(1).describe('Version of the rules by which leaves and proof are made.'),
    person_key: field(
      z
        .strictObject({
          user_id: id('The person.'),
          key: text('32 bytes in base64url, from which the salts of the person’s leaves are made.'),
        })
        .nullable(),
      'With it the leaves of the person’s own records are made from the records. Null: fields were left out, or the key was destroyed; the leaves are then in leaves.',
    ),
    withheld: field(
      z.array(z.enum(withheldKinds)),
      'What this file was asked to leave out: addresses, browsers, or the details of audit records.',
    ),
    only_workspace: field(
      z.int().positive().nullable(),
      'Number of the workspace to which this file was limited; null: all workspaces.',
    ),
    platform: logProof
      .nullable()
      .describe(
        'The same for the log of the platform, which has the company’s checkpoints and the records without a company as leaves.',
      ),
    stamps: field(
      z.array(
        z.strictObject({
          checkpoint: note('Head of the platform’s log that was stamped; consistency leads from it on.'),
          query: field(base64, 'The question to the authority (RFC 3161), in DER.'),
          reply: field(base64, 'Its answer, in DER.'),
          authority: text('Name of the certificate that signed it.'),
          generated_at: time('Time of the stamp.'),
          independent: field(z.boolean(), 'False: an authority of our own, which proves nothing to others.'),
        }),
      ),
      'Time stamps of others over heads of the platform’s log.',
    ),
  })
  .describe(
    'Proof that the records above are leaves of an append-only tree whose root was signed, with no need to trust the platform’s database. How to check it: /verify.',
  );
