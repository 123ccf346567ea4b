import { AuditLogger } from '../../../src/audit/audit-logger.ts';

// Loaded before the server, for the side of a comparison that has auditing off. The product itself has no
// switch for it.
AuditLogger.log = () => Promise.resolve();
