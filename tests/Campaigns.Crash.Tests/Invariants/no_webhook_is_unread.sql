-- Every body that was answered with 200 was worked on.
select id::text, format('%s posted it at %s', provider, received_at)
from webhook_bodies
where processed_at is null and not late
