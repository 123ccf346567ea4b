/** Mails that a person may decline, by the names that stand in rows. Only admins get them. */
export type DeclinableKind = 'staff-looks' | 'incidents';
