import * as enAccount from './en/account.ts';
import * as enAddress from './en/people/address.ts';
import * as enLostFactor from './en/people/lost-factor.ts';
import * as enRecovery from './en/people/recovery.ts';
import * as enAdmin from './en/admin.ts';
import * as enAlerts from './en/alerts/alerts.ts';
import * as enApi from './en/api.ts';
import * as enAuditTrail from './en/audit-trail.ts';
import * as enAuth from './en/auth.ts';
import * as enBilling from './en/billing.ts';
import * as enLife from './en/billing/life.ts';
import * as enCommon from './en/common.ts';
import * as enConsent from './en/finance/consent.ts';
import * as enDisputes from './en/disputes/disputes.ts';
import * as enDefences from './en/disputes/defences.ts';
import * as enLetter from './en/disputes/letter.ts';
import * as enExhibits from './en/disputes/exhibits.ts';
import * as enDisputePackage from './en/disputes/package.ts';
import * as enErrors from './en/errors.ts';
import * as enHolds from './en/holds.ts';
import * as enHome from './en/home.ts';
import * as enJobs from './en/staff/jobs.ts';
import * as enJourney from './en/journey.ts';
import * as enLegal from './en/legal.ts';
import * as enLegalInvoices from './en/billing/legal-invoices.ts';
import * as enLogState from './en/log/log-state.ts';
import * as enPublicLog from './en/log/public-log.ts';
import * as enVerifyPage from './en/log/verify-page.ts';
import * as enMails from './en/mails.ts';
import * as enPassword from './en/password.ts';
import * as enSecondFactor from './en/sign-in/second-factor.ts';
import * as enFinance from './en/finance/finance.ts';
import * as enPrices from './en/finance/prices.ts';
import * as enRefunds from './en/finance/refunds.ts';
import * as enRequests from './en/privacy/requests.ts';
import * as enPrivacy from './en/privacy/privacy.ts';
import * as enReview from './en/finance/review.ts';
import * as enSecurity from './en/security.ts';
import * as enSessions from './en/sessions.ts';
import * as enSshKeys from './en/ssh-keys.ts';
import * as enSsh from './en/ssh.ts';
import * as enStoredCards from './en/billing/stored-cards.ts';
import * as enStepUp from './en/sign-in/step-up.ts';
import * as enUsageStatements from './en/disputes/statements.ts';
import * as enReadiness from './en/disputes/readiness.ts';
import * as enTokens from './en/tokens.ts';
import * as enWorkspace from './en/workspace.ts';
import * as trAccount from './tr/account.ts';
import * as trAddress from './tr/people/address.ts';
import * as trLostFactor from './tr/people/lost-factor.ts';
import * as trRecovery from './tr/people/recovery.ts';
import * as trAdmin from './tr/admin.ts';
import * as trAlerts from './tr/alerts/alerts.ts';
import * as trApi from './tr/api.ts';
import * as trAuditTrail from './tr/audit-trail.ts';
import * as trAuth from './tr/auth.ts';
import * as trBilling from './tr/billing.ts';
import * as trLife from './tr/billing/life.ts';
import * as trCommon from './tr/common.ts';
import * as trConsent from './tr/finance/consent.ts';
import * as trDisputes from './tr/disputes/disputes.ts';
import * as trDefences from './tr/disputes/defences.ts';
import * as trLetter from './tr/disputes/letter.ts';
import * as trExhibits from './tr/disputes/exhibits.ts';
import * as trDisputePackage from './tr/disputes/package.ts';
import * as trErrors from './tr/errors.ts';
import * as trHolds from './tr/holds.ts';
import * as trHome from './tr/home.ts';
import * as trJobs from './tr/staff/jobs.ts';
import * as trJourney from './tr/journey.ts';
import * as trLegal from './tr/legal.ts';
import * as trLegalInvoices from './tr/billing/legal-invoices.ts';
import * as trLogState from './tr/log/log-state.ts';
import * as trPublicLog from './tr/log/public-log.ts';
import * as trVerifyPage from './tr/log/verify-page.ts';
import * as trMails from './tr/mails.ts';
import * as trPassword from './tr/password.ts';
import * as trSecondFactor from './tr/sign-in/second-factor.ts';
import * as trFinance from './tr/finance/finance.ts';
import * as trPrices from './tr/finance/prices.ts';
import * as trRefunds from './tr/finance/refunds.ts';
import * as trRequests from './tr/privacy/requests.ts';
import * as trPrivacy from './tr/privacy/privacy.ts';
import * as trReview from './tr/finance/review.ts';
import * as trSecurity from './tr/security.ts';
import * as trSessions from './tr/sessions.ts';
import * as trSshKeys from './tr/ssh-keys.ts';
import * as trSsh from './tr/ssh.ts';
import * as trStoredCards from './tr/billing/stored-cards.ts';
import * as trStepUp from './tr/sign-in/step-up.ts';
import * as trUsageStatements from './tr/disputes/statements.ts';
import * as trReadiness from './tr/disputes/readiness.ts';
import * as trTokens from './tr/tokens.ts';
import * as trWorkspace from './tr/workspace.ts';

export const locales = ['tr', 'en'] as const;
export type Locale = (typeof locales)[number];

const en = {
  ...enAccount,
  ...enAddress,
  ...enLostFactor,
  ...enRecovery,
  ...enAdmin,
  ...enAlerts,
  ...enApi,
  ...enAuditTrail,
  ...enAuth,
  ...enBilling,
  ...enLife,
  ...enCommon,
  ...enConsent,
  ...enDisputes,
  ...enDefences,
  ...enLetter,
  ...enDisputePackage,
  ...enErrors,
  ...enExhibits,
  ...enHolds,
  ...enHome,
  ...enJobs,
  ...enJourney,
  ...enLegal,
  ...enLegalInvoices,
  ...enLogState,
  ...enPublicLog,
  ...enVerifyPage,
  ...enMails,
  ...enPassword,
  ...enSecondFactor,
  ...enFinance,
  ...enPrices,
  ...enPrivacy,
  ...enRefunds,
  ...enRequests,
  ...enReview,
  ...enSecurity,
  ...enSessions,
  ...enSshKeys,
  ...enSsh,
  ...enStoredCards,
  ...enStepUp,
  ...enUsageStatements,
  ...enReadiness,
  ...enTokens,
  ...enWorkspace,
};

type Section = keyof typeof en;

/**
 * A text's name: section and key. English sets the keys, and Turkish does not compile when a key is missing.
 */
export type TextKey = { [S in Section]: `${S}.${keyof (typeof en)[S] & string}` }[Section];

/** Every text that a person reads. */
export const catalogues: Record<Locale, { [S in Section]: Record<keyof (typeof en)[S], string> }> = {
  en,
  tr: {
    ...trAccount,
    ...trAddress,
    ...trLostFactor,
    ...trRecovery,
    ...trAdmin,
    ...trAlerts,
    ...trApi,
    ...trAuditTrail,
    ...trAuth,
    ...trBilling,
    ...trLife,
    ...trCommon,
    ...trConsent,
    ...trDisputes,
    ...trDefences,
    ...trLetter,
    ...trDisputePackage,
    ...trErrors,
    ...trExhibits,
    ...trHolds,
    ...trHome,
    ...trJobs,
    ...trJourney,
    ...trLegal,
    ...trLegalInvoices,
    ...trLogState,
    ...trPublicLog,
    ...trVerifyPage,
    ...trMails,
    ...trPassword,
    ...trSecondFactor,
    ...trFinance,
    ...trPrices,
    ...trPrivacy,
    ...trRefunds,
    ...trRequests,
    ...trReview,
    ...trSecurity,
    ...trSessions,
    ...trSshKeys,
    ...trSsh,
    ...trStoredCards,
    ...trStepUp,
    ...trUsageStatements,
    ...trReadiness,
    ...trTokens,
    ...trWorkspace,
  },
};
