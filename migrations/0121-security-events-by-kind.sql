-- Each kind of security event has a ring of its own, so that a flood of one kind overwrites no other: slots 2000 n to 2000 n + 1999.
create sequence security_events_unsigned_callback minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_forged_request minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_access_refused minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_sign_in_refused minvalue 0 maxvalue 1999 start 0 cycle;
create sequence security_events_token_refused minvalue 0 maxvalue 1999 start 0 cycle;
-- What one address did in the last minute, and the page of one kind, newest first.
create index idx_security_events_kind on security_events (kind, at desc, slot desc);
