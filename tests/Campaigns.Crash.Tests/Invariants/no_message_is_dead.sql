-- No message failed in all its attempts.
select id::text, format('%s: %s', message_type, exception_message)
from wolverine_dead_letters
