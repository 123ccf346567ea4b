-- Alerts look at second factors and changes of address as well.
select lock_patiently('audit_logs');
drop trigger note_for_alerts on audit_logs;
create trigger note_for_alerts after insert on audit_logs
  for each row
  when (
    new.user_id is not null
    and new.timestamp > clock_timestamp() - interval '31 days'
    and new.action_type in (
      'login', 'browser_session_moved', 'token_created', 'ssh_key_added', 'evidence_exported', 'operator_company_viewed',
      'second_factor_added', 'second_factor_removed', 'recovery_codes_made', 'email_changed'
    )
  )
  execute function note_for_alerts();
