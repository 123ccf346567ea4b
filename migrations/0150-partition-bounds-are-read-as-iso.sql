-- list_partitions reads the bounds of partitions from text, and make_month_partition writes some, in the DateStyle and TimeZone of
-- whoever calls, psql included. "IST" is India's time when it is written and Israel's when it is read: so both have settings
-- of their own.
alter function list_partitions(text) set datestyle = 'ISO, MDY' set timezone = 'UTC';
alter function make_month_partition(text, text, timestamptz) set datestyle = 'ISO, MDY' set timezone = 'UTC';
