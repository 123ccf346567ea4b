/** The newest version of each published text, as the migrations leave them. */
export const newestVersions = { terms: '2026-11-30c', privacy: '2026-11-30b' };
