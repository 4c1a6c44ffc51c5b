-- Its process changes whenever PostgreSQL has recovered from a crash.
select pid from pg_stat_activity where backend_type = 'checkpointer'
