/** Mails that a person may decline, by the names that stand in rows. Only admins get them. */
export const declinableKinds = ['staff-looks', 'incidents'] as const;
export type DeclinableKind = (typeof declinableKinds)[number];

/** Mails that nobody can decline, each with a reason in the texts. */
export const fixedKinds = ['own-account', 'password', 'payments'] as const;
