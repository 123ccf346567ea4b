/** Ways in which somebody with every right over the database could change the past. */
const changes = ['oneRecord', 'records', 'newKey', 'withKey', 'rolledBack'] as const;
export type Change = (typeof changes)[number];

/** By what each change is found. test/transparency/check tries them all. */
export const foundBy: Record<Change, 'bundle' | 'outside'> = {
  // A word of one record, or one record taken away or put in.
  oneRecord: 'bundle',
  // Records, leaves and tiles made to fit each other.
  records: 'bundle',
  // The same, signed with another key.
  newKey: 'bundle',
  // The same, signed with the stolen key.
  withKey: 'outside',
  // Records and checkpoints taken back together.
  rolledBack: 'outside',
};

/** The changes with what finds them, and whether a head is kept outside in this installation. */
export function describeProtection({
  headsFile,
  witness,
  hasStamp,
}: {
  headsFile: string | null;
  witness: unknown;
  hasStamp: boolean;
}): { changes: { change: Change; by: (typeof foundBy)[Change] }[]; isOutside: boolean } {
  return {
    changes: changes.map((change) => ({ change, by: foundBy[change] })),
    isOutside: headsFile !== null || witness !== null || hasStamp,
  };
}
